import { z } from 'zod'
import type { KubeHttp } from '../harness/kube-http.ts'
import { until } from '../harness/until.ts'

const listSchema = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({
        name: z.string(),
        namespace: z.string().optional(),
        finalizers: z.array(z.string()).optional(),
      }),
    }),
  ),
})
const AT_ONCE = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, propagationPolicy: 'Background' }

/** Whose objects belong to the cluster or to an installed chart. */
const CHARTS = ['kaito-workspace', 'gpu-provisioner']
const KEPT_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease', ...CHARTS]

/** What tests make, owners first, by collection in all namespaces. */
const CLEARED: [base: string, plural: string, keep: (namespace: string, name: string) => boolean][] = [
  ['/apis/kaito.sh/v1alpha1', 'workspaces', () => false],
  ['/apis/karpenter.sh/v1', 'nodepools', () => false],
  ['/apis/karpenter.sh/v1alpha5', 'machines', () => false],
  ['/apis/karpenter.sh/v1', 'nodeclaims', () => false],
  ['/apis/kaito.sh/v1alpha1', 'agentpoolclasses', () => false],
  ['/apis/karpenter.kwok.sh/v1alpha1', 'kwoknodeclasses', () => false],
  ['/apis/apps/v1', 'deployments', (namespace) => CHARTS.includes(namespace)],
  ['/apis/apps/v1', 'statefulsets', () => false],
  ['/apis/batch/v1', 'jobs', () => false],
  ['/apis/apps/v1', 'replicasets', (namespace) => CHARTS.includes(namespace)],
  ['/apis/policy/v1', 'poddisruptionbudgets', (namespace) => CHARTS.includes(namespace)],
  ['/api/v1', 'services', (namespace, name) => CHARTS.includes(namespace) || name === 'kubernetes'],
  ['/api/v1', 'configmaps', (namespace, name) => namespace !== 'default' && name !== 'gpu-provisioner-deletions'],
  ['/api/v1', 'secrets', (namespace) => namespace !== 'default'],
  ['/api/v1', 'pods', () => false],
  // The names of nodes come back in every test: what is attached to one would be to its namesake.
  ['/apis/storage.k8s.io/v1', 'volumeattachments', () => false],
  ['/api/v1', 'persistentvolumeclaims', () => false],
  ['/api/v1', 'persistentvolumes', () => false],
  ['/api/v1', 'nodes', () => false],
  ['/apis/coordination.k8s.io/v1', 'leases', (namespace) => namespace === 'kube-system'],
]
/** Kinds that only some tests bring: a server that does not know them has none. */
const SOMETIMES = ['nodepools', 'kwoknodeclasses']
const DEVICE_PLUGIN = '/apis/apps/v1/namespaces/gpu-provisioner/daemonsets/gpu-provisioner-nvidia-device-plugin'

/**
 * Takes away what earlier tests left on a control plane that several use one after the other. The charts stay; without a
 * device plugin, its DaemonSet finds no node.
 */
export async function emptyCluster(kube: KubeHttp, { devicePlugin }: { devicePlugin: boolean }): Promise<void> {
  await kube.mergePatch(DEVICE_PLUGIN, {
    spec: { template: { spec: { nodeSelector: { 'simulation.kaito.sh/none': devicePlugin ? null : 'true' } } } },
  })
  await until('the cluster is empty', async () => {
    let left = await clearNamespaces(kube)
    for (const kind of CLEARED) left += await clear(kube, kind)
    return left === 0
  })
  for (const namespace of ['default', ...CHARTS]) {
    await kube.ask(`/api/v1/namespaces/${namespace}/events`, { method: 'DELETE', body: AT_ONCE })
  }
}

async function clearNamespaces(kube: KubeHttp): Promise<number> {
  const others = (await list(kube, '/api/v1/namespaces'))?.filter(
    ({ metadata }) => !KEPT_NAMESPACES.includes(metadata.name),
  )
  if (!others) return 1
  for (const { metadata } of others) await kube.ask(`/api/v1/namespaces/${metadata.name}`, { method: 'DELETE' })
  return others.length
}

/** How many objects were still there, or may be. */
async function clear(kube: KubeHttp, [base, plural, keep]: (typeof CLEARED)[number]): Promise<number> {
  const items = await list(kube, `${base}/${plural}`)
  if (!items) return SOMETIMES.includes(plural) ? 0 : 1
  const left = items.filter(
    ({ metadata }) => !keep(metadata.namespace ?? '', metadata.name) && !isRootCa(metadata.name),
  )
  for (const { metadata } of left) {
    const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
    const path = `${base}${place}/${plural}/${metadata.name}`
    if (metadata.finalizers) await kube.mergePatch(path, { metadata: { finalizers: null } })
    await kube.ask(path, { method: 'DELETE', body: AT_ONCE })
  }
  return left.length
}

/** Every namespace has one, which comes back at once. */
const isRootCa = (name: string) => name === 'kube-root-ca.crt'

/** Undefined while the server does not serve the kind yet, as right after its definition. */
async function list(kube: KubeHttp, path: string) {
  const { status, text } = await kube.ask(path)
  return status === 200 ? listSchema.parse(JSON.parse(text)).items : undefined
}
