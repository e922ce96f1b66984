import { z } from 'zod'
import { fixed, fixedField, matches, notServed, objectName, type Rule, ruled, text } from '../kubernetes-schema.ts'
import { namedSizes, type Sizes } from './named-sizes.ts'
import { labelSelectorSchema, sizeLabelIsTrue } from './node-labels.ts'

const SIZE = '^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$'

/** The size of a node becomes the value of a label. */
const sizeName = () =>
  ruled(text(63), matches(SIZE, 'is not the name of a GPU size; write one such as Standard_NC24ads_A100_v4'))

/** Which kind it may be depends on where an installation's nodes come from, so the chart's policy says it. */
const nodeClassRefSchema = z
  .object({
    group: text(253, 1)
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
      .describe('API group of the class: kaito.sh, where nodes come from the gpu-provisioner.'),
    kind: text(63, 1)
      .regex(/^[A-Z][A-Za-z0-9]*$/)
      .describe('Kind of the class: AgentPoolClass, where nodes come from the gpu-provisioner.'),
    name: objectName('resource.nodeClassRef.name').describe('Name of the class.'),
  })
  .describe('Settings for the nodes; by default those of whatever makes them.')

const partitionSchema = notServed(
  z.object({
    mode: z.enum(['mig', 'accelerator']).describe('Not served: how a part of a node is claimed.'),
    profile: text(63).describe('Not served: profile of a part of a GPU.').optional(),
    count: z.int32().min(1).describe('Not served: how many GPUs of a node are claimed.').optional(),
  }),
  'a Workspace has its nodes for itself, so no part of one is served; leave resource.partition out and choose a smaller size',
).describe('Not served: a Workspace has its nodes for itself.')

const sizeIsNamed: Rule<Sizes> = {
  rule: 'has(self.instanceType) || has(self.instanceTypes)',
  message: 'name the GPU size of the nodes, for example Standard_NC24ads_A100_v4',
  fieldPath: '.instanceType',
  holds: ({ instanceType, instanceTypes }) => instanceType !== undefined || instanceTypes !== undefined,
}

const sizesDiffer: Rule<Sizes> = {
  rule: '!has(self.instanceTypes) || self.instanceTypes.all(one, self.instanceTypes.exists_one(other, other.lowerAscii() == one.lowerAscii()) && (!has(self.instanceType) || self.instanceType.lowerAscii() != one.lowerAscii()))',
  message: 'a size is named twice, in instanceTypes or also in instanceType; name each once, the first choice first',
  fieldPath: '.instanceTypes',
  holds: (named) => {
    const sizes = namedSizes(named)
    return new Set(sizes.map((size) => size.toLowerCase())).size === sizes.length
  },
}

const FIXED = ['instanceType', 'instanceTypes', 'capacityType', 'nodeClassRef', 'existingNodes', 'allOrNothing']

const cannotChange = (name: string) => `resource.${name} cannot be changed; create another Workspace`

export const resourceSchema = ruled(
  z.object({
    count: ruled(z.int32().min(1).max(16), fixed(cannotChange('count')))
      .default(1)
      .describe('How many GPU nodes the workload needs.'),
    instanceType: sizeName()
      .describe('GPU size of the nodes, for example Standard_NC24ads_A100_v4; the first choice if there are several.')
      .optional(),
    instanceTypes: z
      .array(sizeName().describe('Name of a GPU size.'))
      .min(1)
      .max(10)
      .describe('GPU sizes in the order in which they are tried, after instanceType if that is given too.')
      .optional(),
    capacityType: z
      .enum(['on-demand', 'spot'])
      .describe('Whether to buy regular nodes, the default, or spot nodes: cheaper, and taken away at any time.')
      .optional(),
    nodeClassRef: nodeClassRefSchema.optional(),
    existingNodes: z
      .enum(['Prefer', 'Never'])
      .describe(
        'Whether free nodes that are there and fit are used before others are bought: Prefer, the default, or Never.',
      )
      .optional(),
    allOrNothing: z
      .boolean()
      .describe(
        'Whether nodes are given back when not all of them can be had, instead of waiting for the rest while they bill.',
      )
      .optional(),
    labelSelector: labelSelectorSchema,
    preferredNodes: z
      .array(text(253).describe('Name of a node.'))
      .max(16)
      .describe('Names of existing nodes to use first.')
      .optional(),
    partition: partitionSchema.optional(),
  }),
  sizeIsNamed,
  sizesDiffer,
  sizeLabelIsTrue,
  ...FIXED.map((name) => fixedField(name, cannotChange(name))),
).describe('The GPU nodes of the workload.')
