import type { KubeHttp } from '../harness/kube-http.ts'
import { forEachOpen } from './arrivals.ts'
import { type ArrivingKind, MACHINE, WORKSPACE } from './kinds.ts'

const FINALIZER = 'bench.kaito.sh/held'
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' }

/**
 * Milliseconds one client without a controller's cares needs for the writes that lie between creations and the PUTs of
 * their agent pools. For an API server that no controller watches; what it makes is gone afterwards.
 */
export async function bareClientMs(kube: KubeHttp, kind: ArrivingKind, count: number): Promise<number> {
  const writes = kind === WORKSPACE ? workspaceWrites : claimWrites
  const start = performance.now()
  await forEachOpen(count, (index) => writes(kube, kind, nameOf(index)))
  const took = performance.now() - start
  const paths = [...new Set([kind.claims, kind.path])]
  await forEachOpen(count, (index) => cleanUp(kube, paths, nameOf(index)))
  return took
}

const nameOf = (index: number) => `bare${index}`

async function workspaceWrites(kube: KubeHttp, { path }: ArrivingKind, name: string): Promise<void> {
  await write(kube, path, { method: 'POST', body: WORKSPACE.object(name) })
  await hold(kube, `${path}/${name}`)
  await write(kube, MACHINE.path, { method: 'POST', body: MACHINE.object(name) })
  const condition = { type: 'ResourceReady', status: 'False', reason: 'Waiting', message: 'waiting' }
  await patch(kube, `${path}/${name}/status`, {
    status: { conditions: [{ ...condition, lastTransitionTime: new Date().toISOString() }] },
  })
  await hold(kube, `${MACHINE.path}/${name}`)
}

async function claimWrites(kube: KubeHttp, kind: ArrivingKind, name: string): Promise<void> {
  await write(kube, kind.path, { method: 'POST', body: kind.object(name) })
  await hold(kube, `${kind.path}/${name}`)
}

async function cleanUp(kube: KubeHttp, paths: string[], name: string): Promise<void> {
  for (const path of paths) {
    await patch(kube, `${path}/${name}`, { metadata: { finalizers: null } })
    await write(kube, `${path}/${name}`, { method: 'DELETE' })
  }
}

const hold = (kube: KubeHttp, path: string) => patch(kube, path, { metadata: { finalizers: [FINALIZER] } })

const patch = (kube: KubeHttp, path: string, body: object) =>
  write(kube, path, { method: 'PATCH', body, headers: MERGE_PATCH })

async function write(kube: KubeHttp, path: string, ask: Parameters<KubeHttp['ask']>[1]): Promise<void> {
  const { status, text } = await kube.ask(path, ask)
  if (status >= 300) throw new Error(`${path}: ${text}`)
}
