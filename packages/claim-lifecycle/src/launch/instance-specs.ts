import { type AgentPoolClassSpec, CAPACITY_TYPE_LABEL, type Taint, withNodeImageFamily } from '@kaito/api'
import type { InstanceSpec } from '@kaito/cloud-provider'
import type { Claim, LaunchChoice } from '../claim/claim.ts'
import { taintOf } from '../claim/stored-taint.ts'

/** Every size has at least that much where nobody names a disk. */
const LEAST_DEFAULT_GIB = 128

interface Launch {
  /** Best first. */
  choices: readonly LaunchChoice[]
  /** Of the claim's class; `{}` for none. */
  spec: AgentPoolClassSpec
  /** Ordinal of the launch, whichever choice is taken. */
  launch: number
}

/** What to ask the cloud for, best choice first. Where claim and class both say something, the claim wins. */
export function instanceSpecs(claim: Claim, { choices, spec, launch }: Launch): InstanceSpec[] {
  const { nodeLabels, nodeTaints = [] } = spec
  return choices.map(({ instanceType, capacityType, zone }) => ({
    name: claim.instanceName,
    claimUid: claim.uid,
    launch,
    instanceType,
    capacityType,
    zone,
    labels: { ...nodeLabels, ...claim.fixedLabels, [CAPACITY_TYPE_LABEL]: capacityType, ...claim.labels },
    taints: [...claim.taints, ...nodeTaints.filter((taint) => !has(claim.taints, taint)).map(taintOf)],
    diskGiB: diskGiB(claim, spec),
    class: withNodeImageFamily(spec, claim.annotations),
    claimCreatedAt: claim.createdAt,
  }))
}

/** Only what the default does not have is asked for: a smaller disk than that would do nobody good. */
function diskGiB({ diskGiB, leastDiskGiB }: Claim, { osDisk }: AgentPoolClassSpec): number | undefined {
  if (diskGiB !== undefined || leastDiskGiB === undefined) return diskGiB
  return leastDiskGiB <= (osDisk?.sizeGiB ?? LEAST_DEFAULT_GIB) ? undefined : leastDiskGiB
}

function has(taints: readonly Taint[], { key, effect }: { key: string; effect: string }): boolean {
  return taints.some((taint) => taint.key === key && taint.effect === effect)
}
