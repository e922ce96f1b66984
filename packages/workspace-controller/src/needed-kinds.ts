import type { NeededKind } from '@kaito/controller-kit'
import { MACHINES, NODE_CLAIMS, NODE_POOLS, type NodeProvisionerName } from '@kaito/node-provisioner'
import type { NodeSettings } from './node-settings.ts'
import { WORKSPACES } from './workspace/workspaces.ts'

/** What we read and write; anything else the served definitions may have or lack. */
const WORKSPACE: NeededKind = {
  resource: WORKSPACES,
  fields: [
    'resource.count',
    'resource.instanceType',
    'resource.instanceTypes',
    'resource.labelSelector.matchLabels',
    'resource.existingNodes',
    'resource.allOrNothing',
    'inference.preset.presetOptions.image',
    'inference.template',
    'inference.adapters.strength',
    'inference.readiness.timeoutMinutes',
    'inference.preset.name',
    'tuning.config',
    'tuning.ttlSecondsAfterFinished',
    'status.conditions.reason',
    'status.conditions.message',
    'status.state',
    'status.targetNodeCount',
    'status.observedGeneration',
    'status.workerNodes',
    'status.slots.ordinal',
    'status.slots.attempt',
    'status.slots.claimName',
    'status.slots.phase',
    'status.slots.instanceType',
    'status.slots.nodeName',
    'status.slots.retryAt',
    'status.slots.groupComplete',
    'status.slots.reason',
    'status.slots.message',
  ],
  comesWith: 'the chart workspace',
}

const CLAIM_FIELDS = [
  'spec.requirements.values',
  'spec.resources.requests',
  'spec.taints',
  'status.conditions.reason',
  'status.conditions.message',
  'status.nodeName',
]

/** By what each way asks for nodes. */
const ASKED: Partial<Record<NodeProvisionerName, Omit<NeededKind, 'comesWith'>>> = {
  machine: { resource: MACHINES, fields: CLAIM_FIELDS },
  nodeclaim: { resource: NODE_CLAIMS, fields: [...CLAIM_FIELDS, 'spec.nodeClassRef.group', 'spec.expireAfter'] },
  nodepool: {
    resource: NODE_POOLS,
    fields: ['spec.replicas', 'spec.template.spec.nodeClassRef.group', 'status.conditions.reason'],
  },
}

/**
 * The kinds that are worked with. Of those that nodes are asked for by none must be there before work begins: a Workspace
 * says itself that its kind is missing, and kinds of an earlier setting count only as long as they are there.
 */
export function neededKinds({ provisioner, backend }: NodeSettings): readonly NeededKind[] {
  const asked = ASKED[provisioner]?.resource
  const claims = Object.values(ASKED).map(
    (kind): NeededKind => ({
      ...kind,
      // What is only looked at and given back may be of any release.
      fields: kind.resource === asked ? kind.fields : [],
      needed: kind.resource === asked ? 'later' : 'never',
      comesWith: kind.resource === MACHINES ? GPU_PROVISIONER : comesWith(backend),
    }),
  )
  const { nodeClass } = backend
  const resource = nodeClass && { ...nodeClass, namespaced: false }
  return [
    WORKSPACE,
    ...claims,
    ...(resource ? [{ resource, fields: [], needed: 'never', comesWith: comesWith(backend) } as const] : []),
  ]
}

const GPU_PROVISIONER = 'the chart gpu-provisioner'

function comesWith({ name }: NodeSettings['backend']): string {
  return name === 'gpu-provisioner' ? GPU_PROVISIONER : name
}
