import { Agent, fetch } from 'undici'
import { afterEach, expect, test } from 'vitest'
import type { KubeObject } from '../cluster-access.ts'
import { type LocalCluster, startLocalCluster } from '../local-cluster.ts'
import { DAEMON_SETS, ENDPOINTS, EVENTS, LEASES, NODES, PODS, SERVICES } from '../objects/kinds.ts'
import { isReady, type Pod, type PodSpec } from '../objects/pod.ts'
import { KUBELET_ADDRESS } from '../simulation-annotations.ts'
import { eventually, eventuallyOne } from '../testing/eventually.ts'
import { aNode } from '../testing/objects.ts'

const GPU = 'nvidia.com/gpu'
const timings = { pullMs: 1, loadMs: 1, crashBackOffMs: 1, probeFactor: 0.01 }
let cluster: LocalCluster | undefined

async function started(more = {}): Promise<LocalCluster> {
  cluster = await startLocalCluster({ kubelet: { ...timings, ...more } })
  await cluster.access.create(NODES, aNode({ name: 'machine', gpus: 1 }))
  return cluster
}

afterEach(async () => {
  await cluster?.stop()
  cluster = undefined
})

function pod(name: string, spec: Partial<PodSpec>, labels: Record<string, string> = {}): KubeObject {
  const containers = spec.containers ?? [{ name: 'main', image: 'busybox' }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { restartPolicy: 'Never', ...spec, containers },
  }
}

const inDefault = (name: string) => ({ name, namespace: 'default' })

async function run(name: string, spec: Partial<PodSpec>, isWanted: (found: Pod) => boolean): Promise<Pod> {
  const { access } = cluster ?? (await started())
  await access.create(PODS, pod(name, spec))
  return eventuallyOne(access, PODS, { ref: inDefault(name), isWanted })
}

const hasEnded = ({ status }: Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed'

async function logs(name: string, { container = 'main', query = '' } = {}): Promise<string> {
  const node = await cluster?.access.get(NODES, { name: 'machine' })
  const address = node?.metadata.annotations?.[KUBELET_ADDRESS]
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  const answer = await fetch(`https://${address}/containerLogs/default/${name}/${container}${query}`, { dispatcher })
  const text = await answer.text()
  await dispatcher.close()
  return text
}

const modelContainer = {
  name: 'main',
  image: 'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.2',
  command: ['/bin/sh', '-c', 'accelerate launch --num_processes=1 inference_api.py'],
  ports: [{ containerPort: 5000 }],
  resources: { limits: { [GPU]: '1' } },
  readinessProbe: { httpGet: { path: '/healthz', port: 5000 }, initialDelaySeconds: 1, periodSeconds: 1 },
}

async function installDevicePlugin(access: LocalCluster['access']): Promise<void> {
  const labels = { app: 'plugin' }
  const spec = { containers: [{ name: 'plugin', image: 'nvcr.io/nvidia/k8s-device-plugin:v0.17.0' }] }
  await access.create(DAEMON_SETS, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'plugin', namespace: 'kube-system' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  })
}

test('makes a simulated node ready, with a Lease', async () => {
  const { access } = await started()
  const isUp = (node: KubeObject) => JSON.stringify(node.status ?? {}).includes('KubeletReady')
  await eventuallyOne(access, NODES, { ref: { name: 'machine' }, isWanted: isUp })
  await eventuallyOne(access, LEASES, { ref: { name: 'machine', namespace: 'kube-node-lease' }, isWanted: () => true })
})

test('leaves nodes of other kubelets alone', async () => {
  const { access } = await started()
  await access.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'real' } })
  await eventuallyOne(access, NODES, {
    ref: { name: 'machine' },
    isWanted: ({ status }) => status?.conditions !== undefined,
  })
  expect((await access.get(NODES, { name: 'real' }))?.status ?? {}).not.toHaveProperty('conditions')
})

test('makes GPUs allocatable only while a device plugin runs there', async () => {
  const { access } = await started()
  await installDevicePlugin(access)
  const gpus = (wanted: string) => ({
    ref: { name: 'machine' },
    isWanted: (node: { status?: { allocatable?: Record<string, string> } }) =>
      node.status?.allocatable?.[GPU] === wanted,
  })
  await eventuallyOne(access, NODES, gpus('1'))
  await access.delete(DAEMON_SETS, { name: 'plugin', namespace: 'kube-system' })
  await eventuallyOne(access, NODES, gpus('0'))
})

test('serves a model through its Service to a curl pod', async () => {
  const { access } = await started()
  await installDevicePlugin(access)
  const selector = { 'kaito.sh/workspace': 'phi' }
  const ports = [{ name: 'http', port: 80, targetPort: 5000 }]
  const service = await access.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: inDefault('phi'),
    spec: { selector, ports },
  })
  await access.create(PODS, pod('model', { containers: [modelContainer], restartPolicy: 'Always' }, selector))
  await eventuallyOne(access, PODS, { ref: inDefault('model'), isWanted: isReady })
  await eventuallyOne(access, ENDPOINTS, {
    ref: inDefault('phi'),
    isWanted: ({ subsets }) => subsets?.[0]?.addresses !== undefined,
  })
  const { clusterIP } = Object(service.spec)
  for (const [name, host] of [
    ['by-ip', clusterIP],
    ['by-name', 'phi'],
    ['by-dns', 'phi.default.svc.cluster.local'],
  ]) {
    const args = ['curl', '-s', '-X', 'POST', `http://${host}/chat`, '-d', '{"prompt":"Why?"}']
    const ended = await run(name, { containers: [{ name: 'main', image: 'curlimages/curl', args }] }, hasEnded)
    expect(ended.status?.phase).toBe('Succeeded')
    expect(await logs(name)).toContain('You asked: Why?')
  }
})

test.each([
  ['cannot resolve a name', ['http://nobody/'], 6],
  ['finds nobody at an address', ['http://10.0.99.99/'], 7],
  ['takes a wrong flag', ['--wrong'], 2],
])('lets curl fail with its own exit code when it %s', async (_what, args, exitCode) => {
  const ended = await run('curl', { containers: [{ name: 'main', image: 'curlimages/curl', args }] }, hasEnded)
  expect(ended.status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(exitCode)
})

test('fails a model loudly when its container has no GPU', async () => {
  const { resources: _none, readinessProbe: _probe, ...container } = modelContainer
  const ended = await run('model', { containers: [container] }, hasEnded)
  expect(ended.status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(1)
  expect(await logs('model')).toContain('nvidia.com/gpu')
})

test('runs init containers in order before the others', async () => {
  const init = (name: string) => ({ name, image: 'busybox', command: ['echo', name] })
  const initContainers = [init('one'), init('two')]
  const ended = await run('ordered', { initContainers, containers: [{ ...init('main') }] }, hasEnded)
  const times = [...(ended.status?.initContainerStatuses ?? []), ...(ended.status?.containerStatuses ?? [])]
  expect(times.map(({ state }) => state.terminated?.exitCode)).toEqual([0, 0, 0])
  expect(await logs('ordered', { container: 'two' })).toBe('two\n')
})

test('does not start containers after a failed init container', async () => {
  const initContainers = [{ name: 'init', image: 'busybox', command: ['sh', '-c', 'echo no; exit 4'] }]
  const ended = await run('stuck', { initContainers }, hasEnded)
  expect(ended.status?.phase).toBe('Failed')
  expect(ended.status?.containerStatuses?.[0]?.state.waiting).toBeDefined()
})

test('backs off a container that crashes, and keeps the log of the run before', async () => {
  const containers = [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'echo broken; exit 3'] }]
  const isBackingOff = ({ status }: Pod) =>
    status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff' &&
    status.containerStatuses[0].restartCount > 0
  await started({ crashBackOffMs: 60_000 })
  const crashed = await run('crash', { containers, restartPolicy: 'Always' }, isBackingOff)
  expect(crashed.status?.containerStatuses?.[0]?.lastState.terminated?.exitCode).toBe(3)
  expect(await logs('crash', { query: '?previous=true' })).toBe('broken\n')
})

test.each(['registry.invalid/app:1', 'busybox:does-not-exist'])('cannot pull %s', async (image) => {
  const isBackingOff = ({ status }: Pod) => status?.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff'
  const waiting = await run('unpullable', { containers: [{ name: 'main', image }] }, isBackingOff)
  expect(waiting.status?.phase).toBe('Pending')
})

test('restarts a container whose liveness probe fails', async () => {
  const livenessProbe = { httpGet: { path: '/', port: 81 }, periodSeconds: 1, failureThreshold: 2 }
  const container = { name: 'main', image: 'busybox', command: ['sleep', '1h'], livenessProbe }
  const isRestarted = ({ status }: Pod) => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0
  await run('sick', { containers: [container], restartPolicy: 'Always' }, isRestarted)
  const told = (events: KubeObject[]) =>
    events.some(({ reason, message }) => reason === 'Unhealthy' && `${message}`.includes('Liveness'))
  await eventually(cluster?.access ?? (await started()).access, EVENTS, told)
})

test('keeps a container unready until its startup probe has succeeded', async () => {
  const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 }
  const container = { name: 'main', image: 'nginx', ports: [{ containerPort: 8080 }], startupProbe: probe }
  const up = await run('nginx', { containers: [container] }, isReady)
  expect(up.status?.containerStatuses?.[0]?.started).toBe(true)
})

test('ends a pod that is deleted and lets its object go', async () => {
  await run('idle', { containers: [{ name: 'main', image: 'pause' }] }, isReady)
  const { access } = cluster ?? (await started())
  await access.delete(PODS, inDefault('idle'))
  await eventually(access, PODS, (pods) => pods.every(({ metadata }) => metadata.name !== 'idle'))
})

test('follows a log to the end of the container', async () => {
  const container = { name: 'main', image: 'busybox', command: ['sh', '-c', 'echo one; sleep 0.05; echo two'] }
  await run(
    'talker',
    { containers: [container] },
    ({ status }) => status?.containerStatuses?.[0]?.state.running !== undefined,
  )
  expect(await logs('talker', { query: '?follow=true' })).toBe('one\ntwo\n')
  expect(await logs('talker', { query: '?tailLines=1' })).toBe('two\n')
  expect(await logs('talker', { query: '?timestamps=true' })).toMatch(/^\d{4}-\d\d-\d\dT\S+Z one\n/)
})

test('says why there is no log', async () => {
  await started()
  const isUp = (node: KubeObject) => node.metadata.annotations?.[KUBELET_ADDRESS] !== undefined
  await eventuallyOne(cluster?.access ?? (await started()).access, NODES, { ref: { name: 'machine' }, isWanted: isUp })
  expect(await logs('nobody')).toBe('pod "nobody" does not exist')
})
