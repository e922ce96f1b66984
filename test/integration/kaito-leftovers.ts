import { z } from 'zod'
import { createManifest } from '../harness/manifests.ts'
import type { TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const LAUNCHED_AT = '2026-01-01T00:00:00Z'
const WORKSPACE = { 'kaito.sh/workspace': 'phi-3', 'kaito.sh/workspacenamespace': 'default' }
const requirement = (key: string, value: string) => ({ key, operator: 'In', values: [value] })
const condition = (type: string) => ({ type, status: 'True', reason: type, lastTransitionTime: LAUNCHED_AT })

/** What differs between the releases of KAITO's gpu-provisioner: which claims they serve, and what they write. */
const RELEASES = {
  '0.2.1': {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    path: '/apis/karpenter.sh/v1alpha5/machines',
    labels: { ...WORKSPACE, 'karpenter.sh/provisioner-name': 'default' },
    poolLabels: {},
    annotations: (providerID: string) => ({ 'karpenter.sh/linked': providerID }),
    spec: {
      machineTemplateRef: { name: 'phi-3' },
      requirements: [
        requirement('node.kubernetes.io/instance-type', A100),
        requirement('karpenter.sh/provisioner-name', 'default'),
        requirement('kubernetes.io/os', 'linux'),
      ],
    },
    conditions: ['MachineInitialized', 'MachineLaunched', 'MachineRegistered', 'Ready'].map(condition),
  },
  '0.4.3': {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    path: '/apis/karpenter.sh/v1/nodeclaims',
    labels: { ...WORKSPACE, 'karpenter.sh/nodepool': 'kaito' },
    poolLabels: { 'kaito.sh/creation-timestamp': '2026-01-01T00-00-00Z' },
    annotations: () => ({ 'kaito.sh/node-image-family': 'ubuntu' }),
    spec: {
      nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
      requirements: [
        requirement('karpenter.sh/nodepool', 'kaito'),
        requirement('node.kubernetes.io/instance-type', A100),
        requirement('kubernetes.io/os', 'linux'),
      ],
      expireAfter: 'Never',
    },
    conditions: ['Initialized', 'Launched', 'Registered', 'Ready'].map((type) => ({
      ...condition(type),
      message: '',
      observedGeneration: 1,
    })),
  },
}

export type Release = keyof typeof RELEASES

/** Labels of an agent pool that a release makes. */
export function poolLabels(release: Release): Record<string, string> {
  const { labels, poolLabels: more } = RELEASES[release]
  return { ...labels, ...more, 'kaito.sh/machine-type': 'gpu' }
}

const nodesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({ providerID: z.string() }),
    }),
  ),
})

interface Left {
  name: string
  release: Release
  /** Labels of the pool; by default those that the release sets. */
  labels?: Record<string, string>
}

/** A claim in service as that release leaves it: pool, Node and claim. */
export async function leaveBehind(bed: TestBed, { name, release, labels = poolLabels(release) }: Left): Promise<void> {
  const { path, apiVersion, kind, spec, conditions, ...left } = RELEASES[release]
  bed.azure.pools.create(name, { vmSize: A100, nodeLabels: labels, nodeTaints: ['sku=gpu:NoSchedule'] })
  const node = await until(`the Node of ${name} has joined`, async () => {
    const { items } = nodesSchema.parse(JSON.parse((await bed.kube.ask('/api/v1/nodes')).text))
    return items.find(({ metadata }) => metadata.labels.agentpool === name)
  })
  const { providerID } = node.spec
  const finalizers = ['karpenter.sh/termination']
  const metadata = { name, labels: left.labels, annotations: left.annotations(providerID), finalizers }
  const resources = { requests: { storage: '120Gi' } }
  const taints = [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }]
  const made = await createManifest(bed.kube, {
    apiVersion,
    kind,
    metadata,
    spec: { ...spec, resources, taints },
  })
  if (made.status !== 201) throw new Error(`the ${kind} was refused: ${made.text}`)
  const status = { providerID, nodeName: node.metadata.name, conditions }
  await bed.kube.mergePatch(`${path}/${name}/status`, { status })
  const { uid } = z.object({ metadata: z.object({ uid: z.string() }) }).parse(JSON.parse(made.text)).metadata
  const ownerReferences = [{ apiVersion, kind, name, uid, blockOwnerDeletion: true }]
  const registered = { ...left.labels, 'karpenter.sh/registered': 'true', 'karpenter.sh/initialized': 'true' }
  await bed.kube.mergePatch(`/api/v1/nodes/${node.metadata.name}`, {
    metadata: { labels: registered, finalizers, ownerReferences },
  })
}
