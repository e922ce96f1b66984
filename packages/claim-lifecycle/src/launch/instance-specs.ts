import { CAPACITY_TYPE_LABEL } from '@kaito/api'
import type { InstanceSpec } from '@kaito/cloud-provider'
import type { Claim, LaunchChoice } from '../claim/claim.ts'

/** What to ask the cloud for, best choice first. `launch` is the ordinal of the launch, whichever choice is taken. */
export function instanceSpecs(claim: Claim, choices: readonly LaunchChoice[], launch: number): InstanceSpec[] {
  return choices.map(({ instanceType, capacityType, zone }) => ({
    name: claim.name,
    claimUid: claim.uid,
    launch,
    instanceType,
    capacityType,
    zone,
    labels: { ...claim.fixedLabels, [CAPACITY_TYPE_LABEL]: capacityType, ...claim.labels },
    taints: claim.taints,
    diskGiB: claim.diskGiB,
    class: {},
    claimCreatedAt: claim.createdAt,
  }))
}
