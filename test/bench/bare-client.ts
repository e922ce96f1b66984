import type { KubeHttp } from '../harness/kube-http.ts'
import { forEachOpen, WORKSPACES, workspace } from './arrivals.ts'

const MACHINES = '/apis/karpenter.sh/v1alpha5/machines'
const FINALIZER = 'bench.kaito.sh/held'
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' }

/**
 * Milliseconds one client without a controller's cares needs for the writes that lie between Workspaces and the PUTs of
 * their agent pools. For an API server that no controller watches; what it makes is gone afterwards.
 */
export async function bareClientMs(kube: KubeHttp, count: number): Promise<number> {
  const start = performance.now()
  await forEachOpen(count, (index) => writes(kube, index))
  const took = performance.now() - start
  await forEachOpen(count, (index) => cleanUp(kube, index))
  return took
}

const nameOf = (index: number) => `bare${index}`

async function writes(kube: KubeHttp, index: number): Promise<void> {
  const name = nameOf(index)
  await write(kube, WORKSPACES, { method: 'POST', body: workspace(name) })
  await patch(kube, `${WORKSPACES}/${name}`, { metadata: { finalizers: [FINALIZER] } })
  await write(kube, MACHINES, { method: 'POST', body: machine(name) })
  const condition = { type: 'ResourceReady', status: 'False', reason: 'Waiting', message: 'waiting' }
  await patch(kube, `${WORKSPACES}/${name}/status`, {
    status: { conditions: [{ ...condition, lastTransitionTime: new Date().toISOString() }] },
  })
  await patch(kube, `${MACHINES}/${name}`, { metadata: { finalizers: [FINALIZER] } })
}

async function cleanUp(kube: KubeHttp, index: number): Promise<void> {
  for (const path of [`${MACHINES}/${nameOf(index)}`, `${WORKSPACES}/${nameOf(index)}`]) {
    await patch(kube, path, { metadata: { finalizers: null } })
    await write(kube, path, { method: 'DELETE' })
  }
}

const patch = (kube: KubeHttp, path: string, body: object) =>
  write(kube, path, { method: 'PATCH', body, headers: MERGE_PATCH })

async function write(kube: KubeHttp, path: string, ask: Parameters<KubeHttp['ask']>[1]): Promise<void> {
  const { status, text } = await kube.ask(path, ask)
  if (status >= 300) throw new Error(`${path}: ${text}`)
}

function machine(name: string) {
  return {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: { name, labels: { 'kaito.sh/workspace': name, 'kaito.sh/workspacenamespace': 'default' } },
    spec: {
      requirements: [
        { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC24ads_A100_v4'] },
        { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
        { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
      ],
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
      resources: { requests: { 'nvidia.com/gpu': '1' } },
    },
  }
}
