import { PLACEMENT_SCOPE_LABEL, REGION_LABEL, ZONE_LABEL } from '@kaito/api'
import type { Claim, Requirement } from './claim.ts'
import { LABEL_VALUE } from './label-value.ts'
import { allowedValues, CHOICE_KEYS, contradiction, isMachineKey, permits } from './requirements.ts'

/** What is true of every node here. */
interface NodeFacts {
  /** Undefined is not known. */
  region: string | undefined
  /** Zones are asked for, so the node is in one of them. */
  isZonal: boolean
  /**
   * Karpenter made the claim for a NodePool. The sizes are those that meet all requirements as far as it knows them, and
   * what it asks beyond that is what its users wrote into the NodePool: nothing here knows better.
   */
  byNodePool: boolean
}

/** Where the labels of a node come from, beside the requirements. */
interface Labels {
  ofClaim: Record<string, string>
  ofClass: Record<string, string>
}

/** Why no node can meet the claim's requirements, as far as no choice of size, price or zone decides it. */
export function requirementFault(
  { requirements, labels }: Pick<Claim, 'requirements' | 'labels'>,
  ofClass: Record<string, string>,
  facts: NodeFacts,
): string | undefined {
  for (const key of new Set(requirements.map((requirement) => requirement.key))) {
    const onKey = requirements.filter((requirement) => requirement.key === key)
    const fault = contradiction(onKey, key) ?? keyFault(onKey, { ofClaim: labels, ofClass }, facts)
    if (fault !== undefined) return fault
  }
  return undefined
}

function keyFault(onKey: readonly Requirement[], labels: Labels, facts: NodeFacts): string | undefined {
  const key = onKey[0]?.key ?? ''
  if (CHOICE_KEYS.has(key)) return placementFault(onKey, key, facts)
  if (!isMachineKey(key)) return labelFault(onKey, labels, facts)
  const known = machineFacts(facts)
  if (!(key in known)) return facts.byNodePool ? undefined : unknownKeyFault(onKey, key)
  const value = known[key]
  if (value === undefined || permits(onKey, key, value)) return undefined
  return `the requirement on ${key} does not allow "${value}", and every node here is that: allow it or leave the requirement out`
}

/** Values of the labels that every node has; undefined where it is not known, and then nothing is held against it. */
function machineFacts({ region, isZonal }: NodeFacts): Record<string, string | undefined> {
  return {
    'kubernetes.io/os': 'linux',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/arch': 'amd64',
    [REGION_LABEL]: region?.toLowerCase().replaceAll(' ', ''),
    [PLACEMENT_SCOPE_LABEL]: isZonal ? 'zonal' : 'regional',
  }
}

/** Whoever leaves out zones must name others: a node that is placed anywhere may be in any. */
function placementFault(onKey: readonly Requirement[], key: string, { isZonal }: NodeFacts): string | undefined {
  if (onKey.some(({ operator }) => operator === 'DoesNotExist')) {
    return `the requirement on ${key} is DoesNotExist, and every node has that label: leave it out`
  }
  const isOpen = key !== ZONE_LABEL || isZonal || onKey.every(({ operator }) => operator === 'Exists')
  return isOpen
    ? undefined
    : `the requirement on ${key} leaves out zones: name the zones to try, here with In or in the class`
}

function unknownKeyFault(onKey: readonly Requirement[], key: string): string | undefined {
  const holds = onKey.every(({ operator }) => operator === 'NotIn' || operator === 'DoesNotExist')
  return holds
    ? undefined
    : `the requirement on ${key} asks for something of the machine that is not known here: leave it out`
}

function labelFault(
  onKey: readonly Requirement[],
  { ofClaim, ofClass }: Labels,
  { byNodePool }: NodeFacts,
): string | undefined {
  const key = onKey[0]?.key ?? ''
  const [first] = allowedValues(onKey, key) ?? []
  const value = ofClaim[key] ?? first ?? ofClass[key]
  if (first !== undefined && !LABEL_VALUE.test(first)) {
    return `the requirement on ${key} names "${first}", and no label can have that value`
  }
  if (permits(onKey, key, value)) return undefined
  if (value === undefined && byNodePool) return undefined
  if (value === undefined) return `the requirement on ${key} needs that label: give it to the claim or to its class`
  return `the label ${key}=${value} does not meet the requirement on ${key}: change one of the two`
}
