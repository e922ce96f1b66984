import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { WatchEvent } from '../cluster-access.ts'
import { startLocalCluster } from '../local-cluster.ts'
import { CONFIG_MAPS, NODES, PODS } from '../objects/kinds.ts'
import { isReady } from '../objects/pod.ts'
import { StatusError } from '../status-error.ts'
import { eventuallyOne } from '../testing/eventually.ts'
import { aNode } from '../testing/objects.ts'
import { startKubelet } from './kubelet.ts'
import { connectByKubeconfig } from './remote-access.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const ref = { name: 'a', namespace: 'default' }

test('plays the nodes of an API server that it reaches only by kubeconfig', async () => {
  const cluster = await startLocalCluster({ kubelet: false })
  const stop = new AbortController()
  stops.push(
    () => cluster.stop(),
    () => stop.abort(),
  )
  const access = connectByKubeconfig(cluster.kubeconfig)
  await startKubelet({ access, signal: stop.signal, timings: { pullMs: 1 } })
  await access.create(NODES, aNode({ name: 'machine' }))
  const spec = { containers: [{ name: 'main', image: 'pause' }] }
  await access.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: ref, spec })
  await eventuallyOne(cluster.access, PODS, { ref, isWanted: isReady })
  await access.delete(PODS, ref)
  await expect.poll(() => cluster.access.get(PODS, ref)).toBeUndefined()
})

test('carries refusals of the server as they are', async () => {
  const cluster = await startLocalCluster({ kubelet: false, controllers: false })
  stops.push(() => cluster.stop())
  const access = connectByKubeconfig(cluster.kubeconfig)
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: ref }
  const { metadata } = await access.create(CONFIG_MAPS, object)
  expect(metadata.uid).toBeDefined()
  expect(await access.get(CONFIG_MAPS, { ...ref, name: 'b' })).toBeUndefined()
  const reasonOf = (error: unknown) => (error instanceof StatusError ? error.status.reason : error)
  expect(await access.create(CONFIG_MAPS, object).catch(reasonOf)).toBe('AlreadyExists')
  expect(await access.delete(CONFIG_MAPS, ref, { uid: 'other' }).catch(reasonOf)).toBe('Conflict')
  await access.delete(CONFIG_MAPS, ref, { uid: metadata.uid ?? '' })
  expect(await access.delete(CONFIG_MAPS, ref).catch(reasonOf)).toBe('NotFound')
})

/** A server that answers lists and watches of ConfigMaps from a script. */
async function scripted(lists: object[][], onWatch: ((response: ServerResponse) => void)[]): Promise<string> {
  const server: Server = createServer((request, response) => {
    if (!request.url?.includes('watch=true')) {
      const items = lists.length > 1 ? lists.shift() : lists[0]
      response.end(JSON.stringify({ kind: 'ConfigMapList', metadata: { resourceVersion: '10' }, items }))
      return
    }
    response.flushHeaders()
    onWatch.shift()?.(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const named = (what: string, value: object) => ({ [`${what}s`]: [{ name: 'x', [what]: value }] })
  return JSON.stringify({
    'current-context': 'x',
    ...named('cluster', { server: `http://127.0.0.1:${port}` }),
    ...named('user', {}),
    ...named('context', { cluster: 'x', user: 'x' }),
  })
}

const config = (name: string, resourceVersion: string) => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion },
})
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`

function watched(kubeconfig: string): string[] {
  const told: string[] = []
  const stop = new AbortController()
  stops.push(() => stop.abort())
  const onEvent = ({ type, object }: WatchEvent) => told.push(`${type} ${object.metadata.name} ${object.kind}`)
  connectByKubeconfig(kubeconfig).watch(CONFIG_MAPS, {}, onEvent, stop.signal)
  return told
}

test('goes on after a stream that broke in the middle of a line', async () => {
  const whole = line('ADDED', { kind: 'ConfigMap', ...config('b', '11') })
  const kubeconfig = await scripted(
    [[config('a', '1')]],
    [(response) => response.end(whole.slice(0, 20)), (response) => response.write(whole)],
  )
  const told = watched(kubeconfig)
  await expect.poll(() => told).toEqual(['ADDED a ConfigMap', 'ADDED b ConfigMap'])
})

test('lists again when its position is forgotten, and tells what vanished and what changed meanwhile', async () => {
  const gone = { kind: 'Status', code: 410, reason: 'Expired', metadata: {} }
  const kubeconfig = await scripted(
    [
      [config('a', '1'), config('b', '2'), config('c', '3')],
      [config('b', '5'), config('c', '3')],
    ],
    [(response) => response.write(line('ERROR', gone))],
  )
  const told = watched(kubeconfig)
  const first = ['ADDED a ConfigMap', 'ADDED b ConfigMap', 'ADDED c ConfigMap']
  await expect.poll(() => told, { timeout: 4000 }).toEqual([...first, 'DELETED a ConfigMap', 'MODIFIED b ConfigMap'])
})
