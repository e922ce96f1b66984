import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PODS } from '../../objects/kinds.ts'
import type { Container } from '../../objects/pod.ts'
import { podsPerTest } from '../testing/played-pods.ts'

const start = podsPerTest()
let folder: string
let toolsEntry: string

const TOOLS = `
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
const [what, ...paths] = process.argv.slice(2)
const acts = {
  copy: () => writeFileSync(paths[1], readFileSync(paths[0])),
  config: () => console.log(readFileSync(process.env.DOCKER_CONFIG + '/config.json', 'utf8')),
  temporary: () => writeFileSync(tmpdir() + '/x', 'x'),
  elsewhere: () => writeFileSync(process.cwd() + '/../x', 'x'),
  crane: () => console.log(execFileSync('crane', ['version'], { encoding: 'utf8' }).trim()),
  fail() {
    console.error('the last line')
    process.exitCode = 65
  },
  speak() {
    writeFileSync(process.env.TERMINATION_LOG, 'what failed and what to do')
    process.exitCode = 77
  },
  wait() {
    process.on('SIGTERM', () => {
      console.log('told to end')
      process.exit(3)
    })
    console.log('waiting')
    setInterval(() => undefined, 1000)
  },
  ignore() {
    process.on('SIGTERM', () => console.log('ignored'))
    const child = spawn('sleep', ['600'])
    console.log('ids ' + process.pid + ' ' + child.pid)
    setInterval(() => undefined, 1000)
  },
}
acts[what]()
`
const CRANE = '#!/bin/sh\nexec "NODE" -e "console.log(process.argv.at(-1))" "$@"\n'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-'))
  toolsEntry = join(folder, 'tools.mjs')
  await writeFile(toolsEntry, TOOLS)
  await writeFile(join(folder, 'crane'), CRANE.replace('NODE', process.execPath))
  await chmod(join(folder, 'crane'), 0o755)
})

afterAll(() => rm(folder, { recursive: true }))

function tools(args: string[], more: Partial<Container> = {}) {
  return {
    volumes: [
      { name: 'in', configMap: { name: 'in' } },
      { name: 'out', emptyDir: {} },
      { name: 'shown', emptyDir: {} },
    ],
    containers: [
      {
        name: 'main',
        image: 'kaito/tuning-tools:1',
        command: ['node', '/app/tuning-tools.mjs', ...args],
        terminationMessagePolicy: 'FallbackToLogsOnError',
        volumeMounts: [
          { name: 'in', mountPath: '/mnt/in' },
          { name: 'out', mountPath: '/mnt/out' },
          { name: 'shown', mountPath: '/mnt/shown', readOnly: true },
          { name: 'out', mountPath: '/tmp' },
        ],
        ...more,
      },
    ],
  }
}

async function started() {
  const pods = await start({ simulation: { toolsEntry, toolsPath: folder } })
  await pods.configMap('in', { 'config.json': '{"auths":{}}' })
  return pods
}

test.each([
  ['reads one mount and writes another', ['copy', '/mnt/in/config.json', '/mnt/out/x'], ''],
  ['finds a mount that a variable names', ['config'], '{"auths":{}}\n'],
  ['puts temporary files into the mount at /tmp', ['temporary'], ''],
  ['starts crane from the given folder', ['crane'], 'version\n'],
])('%s', async (_rule, args, printed) => {
  const pods = await started()
  const env = [{ name: 'DOCKER_CONFIG', value: '/mnt/in' }]
  const end = await pods.run('tools', tools(args, { env }))
  expect([end.exitCode, await pods.log('tools')]).toEqual([0, printed])
})

test.each([
  ['a read-only mount', ['copy', '/mnt/in/config.json', '/mnt/shown/x']],
  ['what comes from the API', ['copy', '/mnt/in/config.json', '/mnt/in/x']],
  ['a place outside of its mounts', ['elsewhere']],
])('may not write into %s', async (_what, args) => {
  const pods = await started()
  const end = await pods.run('tools', tools(args))
  expect(end.exitCode).toBe(1)
  expect(end.message).toContain('ERR_ACCESS_DENIED')
})

test.each([
  ['what it wrote for that', ['speak'], 77, 'what failed and what to do'],
  ['the end of the log', ['fail'], 65, 'the last line\n'],
])('gives the pod %s as its message', async (_what, args, exitCode, message) => {
  const pods = await started()
  expect(await pods.run('tools', tools(args))).toMatchObject({ exitCode, message, reason: 'Error' })
})

test('has no message when its policy does not ask for the log', async () => {
  const pods = await started()
  const end = await pods.run('tools', tools(['fail'], { terminationMessagePolicy: 'File' }))
  expect(end.message).toBeUndefined()
})

test('is told to end when its pod is deleted', async () => {
  const pods = await started()
  await pods.create('tools', tools(['wait']))
  await expect.poll(() => pods.log('tools'), { timeout: 5000 }).toContain('waiting')
  const log = pods.log('tools')
  await pods.access.delete(PODS, { name: 'tools', namespace: 'default' })
  await pods.until('tools', ({ status }) => status?.containerStatuses?.[0]?.state.terminated?.exitCode === 3)
  expect(await log).toContain('waiting')
})

test('is killed with all it started when it does not end', async () => {
  const pods = await started()
  await pods.create('tools', tools(['ignore']))
  await expect.poll(() => pods.log('tools'), { timeout: 5000 }).toContain('ids')
  const [, ...ids] = (await pods.log('tools')).trim().split(' ').map(Number)
  expect(ids.every(isAlive)).toBe(true)
  await pods.stop()
  await expect.poll(() => ids.filter(isAlive), { timeout: 5000 }).toEqual([])
})

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

test('fails and says so without a program', async () => {
  const pods = await start()
  await pods.configMap('in', {})
  const end = await pods.run('tools', tools(['config']))
  expect(end.exitCode).toBe(1)
  expect(end.message).toContain('toolsEntry')
})
