import type { AgentPoolClassSpec } from '@kaito/api'
import type { Choices } from '../launch/choices.ts'
import type { Claim } from './claim.ts'
import { INSTANCE_NAME } from './instance-name.ts'
import { LABEL_VALUE } from './label-value.ts'
import { mayBeNamedAnew } from './recorded-instance-name.ts'
import { requirementFault } from './requirement-fault.ts'

const EFFECTS = new Set(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
const QUALIFIED_NAME = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const LARGEST_DISK_GIB = 2048

/** Of a claim or of a class. */
interface AnyTaint {
  key: string
  value?: string | undefined
  effect: string
}

interface ClaimContext {
  /** Of its class; `{}` for none. */
  spec: AgentPoolClassSpec
  choices: Choices
  /** Undefined is not known. */
  region: string | undefined
}

/**
 * Why no node can ever come of this claim, with the field and what to do about it; undefined when one may. The claim's
 * definition checks little, and a Node that cannot be registered would bill without end.
 */
export function claimFault(claim: Claim, { spec, choices, region }: ClaimContext): string | undefined {
  const isZonal = choices.choices.some(({ zone }) => zone !== undefined)
  return (
    nameFault(claim) ??
    claim.faults[0] ??
    requirementFault(claim, spec.nodeLabels ?? {}, { region, isZonal, byNodePool: claim.ownedByNodePool }) ??
    choices.fault ??
    diskFault(claim) ??
    taintFault(claim.taints, 'taints') ??
    taintFault(claim.startupTaints, 'startupTaints') ??
    taintFault(spec.nodeTaints ?? [], `nodeTaints of the AgentPoolClass ${claim.className}`) ??
    labelFault(spec.nodeLabels ?? {}, claim.className)
  )
}

function nameFault(claim: Claim): string | undefined {
  const { name } = claim
  if (name === claim.instanceName || mayBeNamedAnew(claim)) return undefined
  return `the name "${name}" must match ${INSTANCE_NAME.source}, for what is made in the cloud has the name of the claim: create it again under such a name`
}

function diskFault({ diskGiB, leastDiskGiB }: Claim): string | undefined {
  const wanted = diskGiB ?? leastDiskGiB ?? 0
  if (wanted <= LARGEST_DISK_GIB) return undefined
  return `resources.requests asks for a disk of ${wanted} GiB and the largest has ${LARGEST_DISK_GIB} GiB: ask for less storage`
}

function taintFault(taints: readonly AnyTaint[], field: string): string | undefined {
  const bad = taints.find(
    ({ key, value = '', effect }) => !EFFECTS.has(effect) || !QUALIFIED_NAME.test(key) || !LABEL_VALUE.test(value),
  )
  if (!bad) return undefined
  const text = `${bad.key}${bad.value === undefined ? '' : `=${bad.value}`}:${bad.effect}`
  return `${field}: the taint ${text} is none a Node can have: correct its key, value or effect`
}

function labelFault(labels: Record<string, string>, className: string | undefined): string | undefined {
  const bad = Object.entries(labels).find(([key, value]) => !QUALIFIED_NAME.test(key) || !LABEL_VALUE.test(value))
  return bad && `nodeLabels of the AgentPoolClass ${className}: no Node can have the label ${bad.join('=')}: correct it`
}
