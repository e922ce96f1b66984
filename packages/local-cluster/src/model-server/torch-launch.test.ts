import { expect, test } from 'vitest'
import { torchLaunch } from './torch-launch.ts'

const HOST = 'chat-0.chat-headless.default.svc.cluster.local'
const FLAGS = {
  nnodes: '2',
  nproc_per_node: '1',
  node_rank: '1',
  master_addr: HOST,
  rdzv_endpoint: `${HOST}:29500`,
}

function launch(flags: Record<string, string> = {}, facts: { podName?: string; hasSharedMemory?: boolean } = {}) {
  const words = Object.entries({ ...FLAGS, ...flags }).map(([name, value]) => `--${name}=${value}`)
  const command = ['torchrun', ...words, 'inference_api.py']
  return torchLaunch({ command, podName: 'chat-1', gpus: 2, hasSharedMemory: true, ...facts }, 'llama-2-13b-chat')
}

test('reads where the machines of a model meet', () => {
  expect(launch()).toEqual({ nodes: 2, rank: 1, leader: { host: HOST, port: 29500 } })
})

test('reads the same from the words of a script', () => {
  const command = ['/bin/sh', '-c', 'cd /workspace && torchrun --nnodes 1 --nproc_per_node=2 inference_api.py']
  const facts = { command, podName: 'chat-x', gpus: 2, hasSharedMemory: true }
  expect(torchLaunch(facts, 'llama-2-13b')).toMatchObject({ nodes: 1, rank: 0 })
})

test('says nothing about another launcher', () => {
  const command = ['accelerate', 'launch', 'inference_api.py']
  expect(torchLaunch({ command, podName: 'x', gpus: 1, hasSharedMemory: false }, 'phi-2')).toBeUndefined()
})

test.each([
  ['a rank that is not its own', { node_rank: '0' }, {}, '--node_rank is "0", but this is pod chat-1'],
  ['a rank that nobody filled in', { node_rank: '$(POD_INDEX)' }, {}, '--node_rank is "$(POD_INDEX)"'],
  ['a pod of no set', {}, { podName: 'chat-x7f' }, 'none of a StatefulSet'],
  ['more processes than GPUs', { nproc_per_node: '4' }, {}, 'the container has 2 GPUs'],
  ['fewer processes than its weights have parts', { nnodes: '1' }, {}, 'made for 2 processes'],
  ['more processes than its weights have parts', { nproc_per_node: '2' }, {}, 'made for 2 processes'],
  ['a number that is none', { nnodes: 'two' }, {}, '--nnodes'],
  ['no shared memory', {}, { hasSharedMemory: false }, '/dev/shm'],
  ['another pod as leader', { master_addr: HOST.replace('-0', '-1') }, {}, '--master_addr has to name pod chat-0'],
  ['a leader without the headless Service', { rdzv_endpoint: 'chat-0:29500' }, {}, '--rdzv_endpoint'],
  ['a leader on its own machine', { master_addr: 'localhost' }, {}, '--master_addr'],
])('refuses %s', (_what, flags, facts, named) => expect(Object(launch(flags, facts)).missing).toContain(named))

test('needs shared memory on one machine only for several processes', () => {
  const facts = { podName: 'chat-x7f', gpus: 2, hasSharedMemory: false }
  const command = (processes: number) => ['torchrun', `--nproc_per_node=${processes}`, 'inference_api.py']
  expect(torchLaunch({ ...facts, command: command(1) }, 'llama-2-7b')).toMatchObject({ nodes: 1 })
  expect(Object(torchLaunch({ ...facts, command: command(2) }, 'llama-2-13b')).missing).toContain('/dev/shm')
})
