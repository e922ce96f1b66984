import { type Condition, type ObjectMeta, type Quantity, TERMINATION_FINALIZER } from '@kaito/api'
import type { Claim, RecordedStep, Requirement } from './claim.ts'
import { instanceName } from './instance-name.ts'
import { fixedLabels } from './requirements.ts'
import { requestedResources } from './resource-amounts.ts'
import { type StoredTaint, taintOf } from './stored-taint.ts'

/** What the specs of all kinds of claim have in common. */
interface StoredWish {
  requirements?: Requirement[] | undefined
  taints?: StoredTaint[] | undefined
  startupTaints?: StoredTaint[] | undefined
  resources?: { requests?: Record<string, Quantity> | undefined } | undefined
}

type Identity = Pick<
  Claim,
  'name' | 'instanceName' | 'uid' | 'generation' | 'createdAt' | 'deletedAt' | 'held' | 'labels' | 'annotations'
>

export function readIdentity(metadata: ObjectMeta): Identity {
  const { name, uid = '' } = metadata
  return {
    name,
    instanceName: instanceName({ name, uid }),
    uid,
    generation: metadata.generation ?? 0,
    createdAt: metadata.creationTimestamp ?? '',
    deletedAt: metadata.deletionTimestamp,
    held: metadata.finalizers?.includes(TERMINATION_FINALIZER) ?? false,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
  }
}

type Wish = Pick<
  Claim,
  'requirements' | 'fixedLabels' | 'taints' | 'startupTaints' | 'faults' | 'requests' | 'diskGiB' | 'leastDiskGiB'
>

export function readWish(wish: StoredWish = {}): Wish {
  const requirements = wish.requirements ?? []
  return {
    requirements,
    fixedLabels: fixedLabels(requirements),
    taints: (wish.taints ?? []).map(taintOf),
    startupTaints: (wish.startupTaints ?? []).map(taintOf),
    ...requestedResources(wish.resources?.requests),
  }
}

type StoredCondition = Pick<Condition, 'type' | 'reason' | 'message' | 'lastTransitionTime'> & { status: string }

/** `sinceMs` is when the condition changed last by the rules of its kind. */
export function recordedStep(
  conditions: readonly { [Key in keyof StoredCondition]: StoredCondition[Key] | undefined }[] | undefined,
  type: string,
): RecordedStep | undefined {
  const condition = conditions?.find((candidate) => candidate.type === type)
  if (!condition) return undefined
  const since = Date.parse(condition.lastTransitionTime ?? '')
  return {
    met: condition.status === 'True',
    reason: condition.reason,
    message: condition.message,
    sinceMs: Number.isNaN(since) ? undefined : since,
  }
}

/** As text, whichever way they were written. */
export function quantityTexts(quantities: Record<string, Quantity> | undefined = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(quantities).map(([name, quantity]) => [name, String(quantity)]))
}
