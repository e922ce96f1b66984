import { AGENT_POOL_CLASSES, machineAdapter, nodeClaimAdapter } from '@kaito/claim-lifecycle'
import type { NeededKind } from '@kaito/controller-kit'
import type { ServedClaims } from './caches.ts'

const COMES_WITH = 'the chart gpu-provisioner'

/** What we read and write in both kinds of claim; anything else the served definition may have or lack. */
const CLAIM_FIELDS = [
  'spec.requirements.values',
  'spec.resources.requests',
  'spec.taints',
  'spec.startupTaints',
  'status.conditions.reason',
  'status.conditions.message',
  'status.nodeName',
  'status.providerID',
  'status.capacity',
  'status.allocatable',
]

const MACHINES: NeededKind = {
  resource: machineAdapter.resource,
  needed: 'any',
  fields: CLAIM_FIELDS,
  comesWith: COMES_WITH,
}

const NODE_CLAIMS: NeededKind = {
  resource: nodeClaimAdapter.resource,
  needed: 'any',
  fields: [...CLAIM_FIELDS, 'spec.nodeClassRef.group', 'spec.expireAfter', 'status.conditions.observedGeneration'],
  comesWith: COMES_WITH,
}

const CLASSES: NeededKind = {
  resource: AGENT_POOL_CLASSES,
  needed: 'never',
  fields: ['spec.priority', 'spec.zones', 'spec.deadlines', 'spec.nodeLabels', 'spec.nodeTaints'],
  comesWith: COMES_WITH,
}

/** One kind of claim is enough to begin; the other, and classes, are served when they appear. */
export function neededKinds({ machines, nodeClaims }: ServedClaims): readonly NeededKind[] {
  return [...(machines ? [MACHINES] : []), ...(nodeClaims ? [NODE_CLAIMS] : []), CLASSES]
}
