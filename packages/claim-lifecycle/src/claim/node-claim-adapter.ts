import {
  DISRUPTED_TAINT,
  DO_NOT_DISRUPT_ANNOTATION,
  durationMs,
  INSTANCE_CREATED_CONDITION,
  NODE_CLAIM_CONDITIONS,
  NODE_HEALTHY_CONDITION,
  type NodeClaim,
} from '@kaito/api'
import type { Resource } from '@kaito/controller-kit'
import type { Claim } from './claim.ts'
import type { ClaimAdapter } from './claim-adapter.ts'
import { quantityTexts, readIdentity, readWish, recordedStep } from './claim-reading.ts'
import { type ClassReferences, namesClass } from './class-reference.ts'
import { LABEL_VALUE } from './label-value.ts'
import { nodeClaimStatus } from './node-claim-status.ts'

const NODE_CLAIMS: Resource<NodeClaim> = {
  group: 'karpenter.sh',
  version: 'v1',
  plural: 'nodeclaims',
  kind: 'NodeClaim',
  namespaced: false,
}

const NO_REFERENCE = { group: '', kind: '', name: '' }

/**
 * `NodeClaim` of `karpenter.sh/v1`, as in Karpenter core 1.x. Ours is one whose class reference is among `served`; labels
 * never make it ours.
 */
export function createNodeClaimAdapter({ group, kinds }: ClassReferences): ClaimAdapter<NodeClaim> {
  return {
    resource: NODE_CLAIMS,
    closing: { taint: DISRUPTED_TAINT, byCordon: false, protectedBy: DO_NOT_DISRUPT_ANNOTATION, staged: true },
    serving: { expectsUnregisteredTaint: true, compares: 'requested' },
    isOurs: ({ spec: { nodeClassRef } }) => nodeClassRef?.group === group && kinds.includes(nodeClassRef.kind),
    read: readNodeClaim,
    status: nodeClaimStatus,
  }
}

function readNodeClaim({ metadata, spec, status }: NodeClaim): Claim {
  const wish = readWish(spec)
  const expiry = duration('expireAfter', spec.expireAfter === 'Never' ? undefined : spec.expireAfter)
  const grace = duration('terminationGracePeriod', spec.terminationGracePeriod)
  const { drained, volumesDetached, instanceTerminating } = NODE_CLAIM_CONDITIONS
  // Those of other backends are read as well, whatever their definition lets in.
  const { nodeClassRef = NO_REFERENCE } = spec
  return {
    ...readIdentity(metadata),
    ...wish,
    faults: [...wish.faults, ...expiry.faults, ...grace.faults],
    className: namesClass(nodeClassRef) ? nodeClassRef.name : undefined,
    classLabels: classLabels(nodeClassRef),
    ownedByNodePool: (metadata.ownerReferences ?? []).some(
      ({ apiVersion, kind }) => kind === 'NodePool' && apiVersion.startsWith('karpenter.sh/'),
    ),
    terminationGracePeriodMs: grace.ms,
    expiresAtMs: expiry.ms === undefined ? undefined : Date.parse(metadata.creationTimestamp ?? '') + expiry.ms,
    providerID: status?.providerID || undefined,
    nodeName: status?.nodeName || undefined,
    capacity: quantityTexts(status?.capacity),
    steps: recordedSteps(status?.conditions),
    endSteps: {
      drained: recordedStep(status?.conditions, drained),
      volumesDetached: recordedStep(status?.conditions, volumesDetached),
      instanceTerminating: recordedStep(status?.conditions, instanceTerminating),
    },
    nodeHealthy: recordedStep(status?.conditions, NODE_HEALTHY_CONDITION),
  }
}

function duration(field: string, text: string | undefined): { ms: number | undefined; faults: string[] } {
  try {
    return { ms: text === undefined ? undefined : durationMs(text), faults: [] }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { ms: undefined, faults: [`${field}: ${error.message}`] }
  }
}

/** `GROUP/kind=NAME`; a name that no label can hold is left out. */
function classLabels({ group, kind, name }: NodeClaim['spec']['nodeClassRef']): Record<string, string> {
  return LABEL_VALUE.test(name) ? { [`${group}/${kind.toLowerCase()}`]: name } : {}
}

type StoredConditions = NonNullable<NodeClaim['status']>['conditions']

/**
 * While a step waits, its condition keeps the time the claim was made, whatever happens meanwhile. When the launch was
 * accepted and when the instance was finished stands in a condition of its own; without it nothing is timed.
 */
function recordedSteps(conditions: StoredConditions): Claim['steps'] {
  const [launched, registered, initialized] = (['launched', 'registered', 'initialized'] as const).map((step) =>
    recordedStep(conditions, NODE_CLAIM_CONDITIONS[step]),
  )
  if (!launched || launched.met) return { launched, registered, initialized }
  const created = recordedStep(conditions, INSTANCE_CREATED_CONDITION)
  const createdMs = created?.met ? created.sinceMs : undefined
  return {
    launched: { ...launched, sinceMs: created?.sinceMs },
    registered: registered && { ...registered, sinceMs: registered.met ? registered.sinceMs : createdMs },
    initialized,
  }
}
