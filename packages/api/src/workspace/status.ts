import { z } from 'zod'
import { conditionSchema } from '../condition-schema.ts'

const slotSchema = z
  .object({
    ordinal: z.int32().min(0).describe('Which of the wanted nodes, from 0.'),
    attempt: z.int32().min(0).describe('How many claims or existing nodes for it vanished before this one.'),
    claimName: z
      .string()
      .max(63)
      .describe('Claim that stands for the node; none where an existing node serves.')
      .optional(),
    phase: z
      .enum(['Creating', 'Ready', 'NotReady', 'Blocked', 'Retrying'])
      .describe('Where the node is on its way.')
      .optional(),
    instanceType: z.string().max(63).describe('GPU size that is asked for, of those the Workspace names.').optional(),
    nodeName: z.string().max(253).describe('Its node, once known.').optional(),
    retryAt: z.string().meta({ format: 'date-time' }).describe('Nothing new is asked for before.').optional(),
    groupComplete: z
      .boolean()
      .describe('With allOrNothing: all nodes were ready at once, so this one is kept when another is lost.')
      .optional(),
    reason: z.string().max(1024).describe('Why the node is not ready.').optional(),
    message: z.string().max(1024).describe('The reason in words, with what to do.').optional(),
  })
  .describe('One wanted node.')

export const statusSchema = z
  .object({
    conditions: z
      .array(conditionSchema)
      .max(32)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .describe('What is as asked and what is not, with reasons.')
      .optional(),
    state: z
      .enum(['Pending', 'Ready', 'NotReady', 'Running', 'Succeeded', 'Failed'])
      .describe(
        'The conditions in one word: Pending, Ready or NotReady to serve; Pending, Running or Succeeded to tune; Failed when a tuning failed, when the nodes of a server that never answered were given back, or when nothing of what is asked for is served.',
      )
      .optional(),
    workerNodes: z
      .array(z.string().max(253).describe('Name of a node.'))
      .max(64)
      .describe('Nodes the workload runs on.')
      .optional(),
    targetNodeCount: z.int32().min(0).describe('How many nodes the workload needs.').optional(),
    observedGeneration: z.int().min(0).describe('Generation of the Workspace that this status speaks of.').optional(),
    slots: z
      .array(slotSchema)
      .max(64)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['ordinal'] })
      .describe('One entry for each wanted node.')
      .optional(),
  })
  .describe('What is there now.')

export type WorkspaceStatus = z.infer<typeof statusSchema>
export type WorkspaceSlot = z.infer<typeof slotSchema>

/** Names of the existing nodes on record: those that serve without a claim. */
export function existingNodeNames(slots: readonly Pick<WorkspaceSlot, 'claimName' | 'nodeName'>[]): string[] {
  return slots.flatMap(({ claimName, nodeName }) => (claimName === undefined ? (nodeName ?? []) : []))
}
