import type { NeededKind } from '@kaito/controller-kit'
import { readsClasses } from '../claim/class-reference.ts'
import { createMachineAdapter } from '../claim/machine-adapter.ts'
import { createNodeClaimAdapter } from '../claim/node-claim-adapter.ts'
import { AGENT_POOL_CLASSES } from '../class/class-source.ts'
import type { Provisioner, ServedClaims } from './provisioner.ts'

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

/** And in a NodeClaim besides. */
const NODE_CLAIM_FIELDS = ['spec.nodeClassRef.group', 'spec.expireAfter', 'status.conditions.observedGeneration']
const CLASS_FIELDS = ['spec.priority', 'spec.zones', 'spec.deadlines', 'spec.nodeLabels', 'spec.nodeTaints']

/** One kind of claim is enough to begin; the other, and classes, are served when they appear. */
export function neededKinds(
  { classes, comesWith }: Pick<Provisioner, 'classes' | 'comesWith'>,
  { machines, nodeClaims }: ServedClaims,
): readonly NeededKind[] {
  const machine: NeededKind = {
    resource: createMachineAdapter(classes).resource,
    needed: 'any',
    fields: CLAIM_FIELDS,
    comesWith,
  }
  const nodeClaim: NeededKind = {
    resource: createNodeClaimAdapter(classes).resource,
    needed: 'any',
    fields: [...CLAIM_FIELDS, ...NODE_CLAIM_FIELDS],
    comesWith,
  }
  const ofClasses: NeededKind = { resource: AGENT_POOL_CLASSES, needed: 'never', fields: CLASS_FIELDS, comesWith }
  return [
    ...(machines ? [machine] : []),
    ...(nodeClaims ? [nodeClaim] : []),
    ...(readsClasses(classes) ? [ofClasses] : []),
  ]
}
