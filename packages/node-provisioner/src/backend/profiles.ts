import { NODE_POOL_LABEL } from '@kaito/api'
import type { z } from 'zod'
import { type BackendSettings, backendSettingsSchema } from './backend-settings.ts'

type Written = z.input<typeof backendSettingsSchema>

/** A claim of no NodePool: the label is what Karpenter's metrics and KAITO's tools look at. */
const NO_POOL = { [NODE_POOL_LABEL]: 'kaito' }

/** Settings of Karpenter core with the class of a cloud, each named `default` unless a Workspace names another. */
function karpenter(name: string, nodeClass: NonNullable<Written['nodeClass']>, more: Partial<Written> = {}): Written {
  const { group, kind } = nodeClass
  return {
    name,
    nodeClass,
    defaultNodeClass: { group, kind, name: 'default' },
    claimLabels: NO_POOL,
    diskRequest: 'ephemeral-storage',
    orderedChoices: false,
    ...more,
  }
}

const WRITTEN = {
  'gpu-provisioner': {
    name: 'gpu-provisioner',
    nodeClass: { group: 'kaito.sh', kind: 'AgentPoolClass', version: 'v1alpha1', plural: 'agentpoolclasses' },
    // Served with defaults, no object needed; KAITO's own provisioner knows it too.
    defaultNodeClass: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' },
    claimLabels: NO_POOL,
    diskRequest: 'storage',
    orderedChoices: true,
  },
  'karpenter-azure': karpenter(
    'karpenter-azure',
    { group: 'karpenter.azure.com', kind: 'AKSNodeClass', version: 'v1beta1', plural: 'aksnodeclasses' },
    // Placement anywhere in the region finds GPUs that no single zone has.
    { requirements: [{ key: 'karpenter.azure.com/placement-scope', operator: 'In', values: ['regional'] }] },
  ),
  'karpenter-aws': karpenter(
    'karpenter-aws',
    { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', version: 'v1', plural: 'ec2nodeclasses' },
    { requirements: [{ key: 'karpenter.k8s.aws/instance-gpu-count', operator: 'Gt', values: ['0'] }] },
  ),
  'karpenter-kwok': karpenter('karpenter-kwok', {
    group: 'karpenter.kwok.sh',
    kind: 'KWOKNodeClass',
    version: 'v1alpha1',
    plural: 'kwoknodeclasses',
  }),
} satisfies Record<string, Written>

export type BackendProfile = keyof typeof WRITTEN

/** Names of the ready-made settings. */
export const BACKEND_PROFILES = Object.keys(WRITTEN) as [BackendProfile, ...BackendProfile[]]

/**
 * Settings of a profile with some replaced, each as a whole; `null` takes one away.
 *
 * @throws ZodError whose issues name what is wrong with the replaced ones.
 */
export function backendSettings(profile: BackendProfile, replaced: Record<string, unknown> = {}): BackendSettings {
  const merged = Object.entries({ ...WRITTEN[profile], ...replaced }).filter(([, setting]) => setting !== null)
  return backendSettingsSchema.parse(Object.fromEntries(merged))
}
