import { z } from 'zod'
import { DURATION_PATTERN } from './duration.ts'
import { rule } from './kubernetes-schema.ts'
import type { ObjectMeta } from './object-meta.ts'

const duration = (description: string) => z.string().max(16).regex(new RegExp(DURATION_PATTERN)).describe(description)

/** The label keys AKS keeps for itself (https://aka.ms/aks-node-labels). */
const RESERVED_LABELS = 'a label under kubernetes.azure.com or kubernetes.io cannot be set: AKS refuses it'

const resourceId = (type: string, field: string, example: string) =>
  z
    .string()
    .min(1)
    .max(512)
    .meta(
      rule(
        `self.matches('(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/${type}/[^/]+$')`,
        `${field} must be the Azure resource id ${example}`,
      ),
    )

const taintSchema = z.object({
  key: z.string().min(1).max(316),
  value: z.string().max(63).optional(),
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

const repairSchema = z
  .object({
    unhealthyAfter: duration('How long a node must be unhealthy without a break, one hour at least.')
      .meta(
        rule(
          "duration(self) >= duration('1h')",
          'repair.unhealthyAfter must be 1h at least: AKS repairs a node by itself in that time',
        ),
      )
      .default('1h'),
  })
  .describe(
    'Deletes the claim of a node that stays unhealthy, so that whoever owns it replaces it; never without this.',
  )

const specSchema = z
  .object({
    subnetId: resourceId(
      'Microsoft.Network/virtualNetworks/[^/]+/subnets',
      'subnetId',
      '/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…',
    )
      .describe('Subnet of the nodes; by default that of the cluster.')
      .optional(),
    tags: z
      .record(z.string(), z.string().max(256))
      .meta({
        maxProperties: 40,
        ...rule(
          "self.all(name, size(name) <= 512 && !name.matches('(?i)^(kaito-|microsoft|azure|windows)') && !name.matches('[<>%&\\\\\\\\?/]'))",
          'a tag name is too long, holds one of <>%&\\?/, or begins with kaito-, microsoft, azure or windows, which are taken',
        ),
      })
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
    nodeLabels: z
      .record(z.string(), z.string().max(63))
      .meta({
        maxProperties: 32,
        ...rule(
          "self.all(key, !key.matches('^([^/]*[.])?(kubernetes[.]azure[.]com|kubernetes[.]io|k8s[.]io)/'))",
          RESERVED_LABELS,
        ),
      })
      .describe('Labels of every node; those of the claim win.')
      .optional(),
    nodeTaints: z.array(taintSchema).max(16).describe('Taints of every node, beside those of the claim.').optional(),
    deadlines: deadlinesSchema.optional(),
    repair: repairSchema.optional(),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "!has(self.spotMaxPrice) || self.priority != 'Regular'",
        message: 'spotMaxPrice is for spot machines: set priority to Spot or SpotThenRegular, or leave the price out',
      },
      {
        rule: "!has(self.capacityReservationGroupId) || self.priority == 'Regular'",
        message: 'a capacity reservation holds regular machines only: set priority to Regular',
      },
    ],
  })
  .describe('Settings for the nodes of the claims that name this class.')

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
