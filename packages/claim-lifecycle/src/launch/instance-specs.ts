import { type AgentPoolClassSpec, CAPACITY_TYPE_LABEL, NODE_IMAGE_FAMILY_ANNOTATION, type Taint } from '@kaito/api'
import type { InstanceSpec } from '@kaito/cloud-provider'
import type { Claim, LaunchChoice } from '../claim/claim.ts'
import { taintOf } from '../claim/stored-taint.ts'

/** AKS gives every size at least that much where nobody names a disk (aks-docs, default OS disk sizing). */
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
    class: withImageFamily(spec, claim),
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

/** KAITO's users ask for the image at the claim; whatever else they write there means the default. */
function withImageFamily(spec: AgentPoolClassSpec, { annotations }: Claim): AgentPoolClassSpec {
  const isAzureLinux = annotations[NODE_IMAGE_FAMILY_ANNOTATION]?.toLowerCase() === 'azurelinux'
  return isAzureLinux && spec.osSKU === undefined ? { ...spec, osSKU: 'AzureLinux' } : spec
}
