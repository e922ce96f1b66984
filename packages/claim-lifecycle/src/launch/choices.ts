import { type AgentPoolClassSpec, CAPACITY_TYPE_LABEL, GPU_RESOURCE, INSTANCE_TYPE_LABEL, ZONE_LABEL } from '@kaito/api'
import type { CapacityType, Claim, LaunchChoice } from '../claim/claim.ts'
import { allowedValues, permits } from '../claim/requirements.ts'

/** The GPUs of a machine of that size; undefined where the cloud does not know the size. */
type GpuCount = (instanceType: string) => number | undefined

/** Ordered, first is best. Where nothing is left, `fault` says which fields leave nothing. */
export interface Choices {
  choices: LaunchChoice[]
  fault: string | undefined
}

type Asked = Pick<Claim, 'requirements' | 'requests' | 'className'>

/**
 * Every way to launch that claim and class allow, best first: by instance type as written, then spot before on-demand,
 * then zone as written.
 */
export function launchChoices(claim: Asked, spec: AgentPoolClassSpec, gpusOf: GpuCount): Choices {
  // Cut GPUs count by their parts.
  const sizes = sizesOf(claim, spec.gpu?.instanceProfile === undefined ? gpusOf : () => undefined)
  const priorities = prioritiesOf(claim, spec)
  const zones = zonesOf(claim, spec)
  const fault = [sizes, priorities, zones].find((part) => part.fault !== undefined)?.fault
  if (fault !== undefined) return { choices: [], fault }
  const choices = sizes.values.flatMap((instanceType) =>
    priorities.values.flatMap((capacityType) => zones.values.map((zone) => ({ instanceType, capacityType, zone }))),
  )
  return { choices, fault }
}

type Part<Value> = { values: Value[]; fault?: string }

function sizesOf({ requirements, requests }: Asked, gpusOf: GpuCount): Part<string> {
  const named = allowedValues(requirements, INSTANCE_TYPE_LABEL) ?? []
  if (named.length === 0) {
    return { values: [], fault: `the requirements leave no instance type: name one in ${INSTANCE_TYPE_LABEL}` }
  }
  const wanted = requests[GPU_RESOURCE] ?? 0
  const values = named.filter((size) => (gpusOf(size) ?? wanted) >= wanted)
  if (values.length > 0) return { values }
  const known = named.slice(0, 3).map((size) => `${size} has ${gpusOf(size)}`)
  return {
    values,
    fault: `resources.requests asks for ${wanted} of ${GPU_RESOURCE} and no named size has so many (${known.join(', ')}): ask for fewer or name a larger size`,
  }
}

const PRIORITIES: Record<NonNullable<AgentPoolClassSpec['priority']>, CapacityType[]> = {
  Regular: ['on-demand'],
  Spot: ['spot'],
  SpotThenRegular: ['spot', 'on-demand'],
}

/** Spot is only taken when asked for, and then it is what the asker would rather pay for. */
function prioritiesOf({ requirements, className }: Asked, { priority }: AgentPoolClassSpec): Part<CapacityType> {
  const isAsked = requirements.some(({ key }) => key === CAPACITY_TYPE_LABEL)
  const ofClass = priority && PRIORITIES[priority]
  const offered = ofClass ?? (isAsked ? PRIORITIES.SpotThenRegular : PRIORITIES.Regular)
  const values = offered.filter((capacityType) => permits(requirements, CAPACITY_TYPE_LABEL, capacityType))
  if (values.length > 0) return { values }
  const fault = ofClass
    ? `the requirement on ${CAPACITY_TYPE_LABEL} excludes the priority ${priority} of the AgentPoolClass ${className}: change one of the two`
    : `the requirement on ${CAPACITY_TYPE_LABEL} must allow on-demand or spot: nothing else is bought here`
  return { values, fault }
}

/** Each zone is a choice of its own. None is asked for by default: GPUs are found most easily anywhere in the region. */
function zonesOf({ requirements, className }: Asked, { zones: ofClass }: AgentPoolClassSpec): Part<string | undefined> {
  const ofClaim = allowedValues(requirements, ZONE_LABEL)
  if (ofClaim) return { values: ofClaim, ...(ofClaim.length === 0 && { fault: emptyZones() }) }
  if (!ofClass) return { values: [undefined] }
  const values = ofClass.filter((zone) => permits(requirements, ZONE_LABEL, zone))
  if (values.length > 0) return { values }
  return {
    values,
    fault: `the requirement on ${ZONE_LABEL} excludes every zone of the AgentPoolClass ${className}: change one of the two`,
  }
}

const emptyZones = () => `the requirements on ${ZONE_LABEL} exclude each other: correct or leave out one of them`
