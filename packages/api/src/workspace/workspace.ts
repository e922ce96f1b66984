import { z } from 'zod'
import { type Rule, ruled } from '../kubernetes-schema.ts'
import type { ObjectMeta } from '../object-meta.ts'
import { inferenceSchema } from './inference.ts'
import { resourceSchema } from './resource.ts'
import { statusSchema, type WorkspaceStatus } from './status.ts'
import { tuningSchema } from './tuning.ts'

const asked = z.object({
  resource: resourceSchema,
  inference: inferenceSchema.optional(),
  tuning: tuningSchema.optional(),
})

/** Of the whole object, which changes with each status: a rule here that a stored object breaks would trap it. */
const RULES: Rule<z.output<typeof asked>>[] = [
  {
    rule: '!(has(self.inference) && has(self.tuning))',
    message: 'inference and tuning cannot be set together; create one Workspace for each',
    fieldPath: '.tuning',
    holds: ({ inference, tuning }) => inference === undefined || tuning === undefined,
  },
  {
    rule: 'has(self.inference) || has(self.tuning)',
    message: 'one of inference and tuning is required',
    fieldPath: '.inference',
    holds: ({ inference, tuning }) => inference !== undefined || tuning !== undefined,
  },
  {
    rule: 'has(self.inference) == has(oldSelf.inference)',
    message: 'a Workspace cannot change between inference and tuning; use another name, or delete this Workspace first',
    fieldPath: '.inference',
  },
  {
    rule: '!has(self.tuning) || self.resource.count == 1',
    message: 'tuning runs on one node; write count: 1',
    fieldPath: '.resource.count',
    holds: ({ resource, tuning }) => tuning === undefined || resource.count === 1,
  },
]

/** What a user asks for: a Workspace without its status, which whoever judges the rest must not judge. */
export const askedSchema = ruled(asked, ...RULES)

/** `Workspace` of `kaito.sh`: one model served or tuned on GPU nodes of its own. */
export const workspaceSchema = ruled(asked.extend({ status: statusSchema.optional() }), ...RULES).describe(
  'One model, served or tuned on GPU nodes that are made for it and given back with it.',
)

export interface Workspace extends Omit<z.infer<typeof workspaceSchema>, 'status'> {
  apiVersion: 'kaito.sh/v1alpha1'
  kind: 'Workspace'
  metadata: ObjectMeta
  status?: WorkspaceStatus
}

export const WORKSPACE_CONDITIONS = {
  machineReady: 'MachineReady',
  nodeClaimReady: 'NodeClaimReady',
  resourceReady: 'ResourceReady',
  inferenceReady: 'InferenceReady',
  jobStarted: 'JobStarted',
  workspaceReady: 'WorkspaceReady',
  workspaceSucceeded: 'WorkspaceSucceeded',
} as const
