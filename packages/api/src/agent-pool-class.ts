import { z } from 'zod'
import { DURATION_PATTERN, durationMs } from './duration.ts'
import { celText, expression, isLonger, mapOf, matches, type Rule, ruled, text } from './kubernetes-schema.ts'
import { NODE_IMAGE_FAMILY_ANNOTATION } from './labels.ts'
import type { ObjectMeta } from './object-meta.ts'

const isDuration = expression(DURATION_PATTERN)
const duration = (description: string) => text(16).regex(new RegExp(DURATION_PATTERN)).describe(description)

const resourceId = (type: string, field: string, example: string) =>
  ruled(
    text(512, 1),
    matches(
      `^(?i:/subscriptions/[^/]+/resourceGroups/[^/]+/providers/${type}/[^/]+)$`,
      `${field} must be the Azure resource id ${example}`,
    ),
  )

const RESERVED_KEY = '^([^/]*[.])?(kubernetes[.]azure[.]com|kubernetes[.]io|k8s[.]io)/'
const isReservedKey = expression(RESERVED_KEY)

/** AKS keeps these keys for itself (https://aka.ms/aks-node-labels). */
const keysAreFree: Rule<Record<string, string>> = {
  rule: `self.all(key, !key.matches(${celText(RESERVED_KEY)}))`,
  message: 'a label under kubernetes.azure.com or kubernetes.io cannot be set: AKS refuses it',
  holds: (labels) => !Object.keys(labels).some(isReservedKey),
}

const MAX_TAG_NAME = 512
const TAKEN_TAG = '^(?i:kaito-|microsoft|azure|windows)'
const FORBIDDEN_IN_TAG = '[<>%&\\\\?/]'
const isTakenTag = expression(TAKEN_TAG)
const hasForbidden = expression(FORBIDDEN_IN_TAG)

const tagNamesAreFree: Rule<Record<string, string>> = {
  rule: `self.all(name, size(name) <= ${MAX_TAG_NAME} && !name.matches(${celText(TAKEN_TAG)}) && !name.matches(${celText(FORBIDDEN_IN_TAG)}))`,
  message:
    'a tag name is too long, holds one of <>%&\\?/, or begins with kaito-, microsoft, azure or windows, which are taken',
  holds: (tags) =>
    Object.keys(tags).every((name) => !isLonger(name, MAX_TAG_NAME) && !isTakenTag(name) && !hasForbidden(name)),
}

const taintSchema = z.object({
  key: text(316, 1),
  value: text(63).optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
})

const diskSchema = z
  .object({
    sizeGiB: z
      .int32()
      .min(30)
      .max(2048)
      .describe('Size of the OS disk, where the claim asks for none; by default that of the VM size.')
      .optional(),
    type: z
      .enum(['Managed', 'Ephemeral'])
      .describe('Ephemeral is on the machine itself; by default Azure takes it where the size allows.')
      .optional(),
  })
  .describe('The OS disk, where images and containers live.')

const gpuSchema = z
  .object({
    driver: z
      .enum(['Install', 'None'])
      .describe('None leaves the driver to the NVIDIA GPU Operator; by default AKS installs it.')
      .optional(),
    instanceProfile: z
      .enum(['MIG1g', 'MIG2g', 'MIG3g', 'MIG4g', 'MIG7g'])
      .describe('Cuts each GPU into instances of this profile (A100 and H100 only).')
      .optional(),
  })
  .describe('How the GPUs of a node are set up.')

const deadlinesSchema = z
  .object({
    launch: duration('From an accepted launch to a finished instance.').optional(),
    registration: duration('From a finished instance to its Node.').optional(),
    initialization: duration('From a registered Node to one that offers the GPUs.').optional(),
    drain: duration('How long pods may hold up the end of their node.').optional(),
    termination: duration('How long Azure may take to delete before it is asked again.').optional(),
  })
  .describe('How long each state that bills may last; by default the settings of the gpu-provisioner.')

/** What is no duration is refused for that. */
const isAnHour = (text: string) => !isDuration(text) || durationMs(text) >= durationMs('1h')

const repairSchema = z
  .object({
    unhealthyAfter: ruled(duration('How long a node must be unhealthy without a break, one hour at least.'), {
      rule: "duration(self) >= duration('1h')",
      message: 'repair.unhealthyAfter must be 1h at least: AKS repairs a node by itself in that time',
      holds: isAnHour,
    }).default('1h'),
  })
  .describe(
    'Deletes the claim of a node that stays unhealthy, so that whoever owns it replaces it; never without this.',
  )

const specSchema = ruled(
  z.object({
    subnetId: resourceId(
      'Microsoft.Network/virtualNetworks/[^/]+/subnets',
      'subnetId',
      '/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…',
    )
      .describe('Subnet of the nodes; by default that of the cluster.')
      .optional(),
    tags: ruled(mapOf(text(256), 40), tagNamesAreFree)
      .describe('Azure tags of the agent pool and what belongs to it.')
      .optional(),
    zones: z
      .array(z.string().regex(/^([a-z0-9]+-)?[1-9]$/))
      .min(1)
      .max(9)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .describe(
        'Availability zones to try, in this order ("1" or "eastus-1"); by default Azure places the node anywhere in the region, where GPUs are found most easily.',
      )
      .optional(),
    osSKU: z
      .enum(['Ubuntu', 'Ubuntu2204', 'Ubuntu2404', 'AzureLinux', 'AzureLinux3'])
      .describe('Node image; Ubuntu by default.')
      .optional(),
    osDisk: diskSchema.optional(),
    priority: z
      .enum(['Regular', 'Spot', 'SpotThenRegular'])
      .default('Regular')
      .describe('Spot machines are cheaper and may be taken away at any time.'),
    spotMaxPrice: z
      .string()
      .max(12)
      .regex(/^[0-9]+(\.[0-9]{1,5})?$/)
      .describe('US dollars per hour and spot machine, such as "1.5"; by default up to the regular price.')
      .optional(),
    capacityReservationGroupId: resourceId(
      'Microsoft.Compute/capacityReservationGroups',
      'capacityReservationGroupId',
      '/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/capacityReservationGroups/…',
    )
      .describe('Capacity that is paid for already; the nodes are taken from it.')
      .optional(),
    gpu: gpuSchema.optional(),
    nodeLabels: ruled(mapOf(text(63), 32), keysAreFree)
      .describe('Labels of every node; those of the claim win.')
      .optional(),
    nodeTaints: z.array(taintSchema).max(16).describe('Taints of every node, beside those of the claim.').optional(),
    deadlines: deadlinesSchema.optional(),
    repair: repairSchema.optional(),
  }),
  {
    rule: "!has(self.spotMaxPrice) || self.priority != 'Regular'",
    message: 'spotMaxPrice is for spot machines: set priority to Spot or SpotThenRegular, or leave the price out',
    holds: ({ spotMaxPrice, priority }) => spotMaxPrice === undefined || priority !== 'Regular',
  },
  {
    rule: "!has(self.capacityReservationGroupId) || self.priority == 'Regular'",
    message: 'a capacity reservation holds regular machines only: set priority to Regular',
    holds: ({ capacityReservationGroupId, priority }) =>
      capacityReservationGroupId === undefined || priority === 'Regular',
  },
).describe('Settings for the nodes of the claims that name this class.')

/** `AgentPoolClass` of `kaito.sh/v1alpha1`: settings for instances, named by a claim's class reference. */
export const agentPoolClassSchema = z.object({ spec: specSchema.optional() })

/** All fields are optional to read: an object may have been stored before a default existed. */
export type AgentPoolClassSpec = Partial<z.infer<typeof specSchema>>

export interface AgentPoolClass {
  apiVersion: 'kaito.sh/v1alpha1'
  kind: 'AgentPoolClass'
  metadata: ObjectMeta
  spec?: AgentPoolClassSpec
}

/** The settings for a claim: KAITO's users ask for the image at the claim; whatever else they write there is the default. */
export function withNodeImageFamily(spec: AgentPoolClassSpec, annotations: Record<string, string>): AgentPoolClassSpec {
  const isAzureLinux = annotations[NODE_IMAGE_FAMILY_ANNOTATION]?.toLowerCase() === 'azurelinux'
  return isAzureLinux && spec.osSKU === undefined ? { ...spec, osSKU: 'AzureLinux' } : spec
}
