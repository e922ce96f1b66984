import { z } from 'zod'
import { conditionSchema } from './condition-schema.ts'
import { imageReference, objectName, openObject, rule } from './kubernetes-schema.ts'
import type { ObjectMeta } from './object-meta.ts'

const resourceSchema = z
  .object({
    count: z
      .int32()
      .min(1)
      .max(16)
      .default(1)
      .describe('How many GPU nodes the workload needs.')
      .meta(rule('self == oldSelf', 'resource.count cannot be changed; create another Workspace')),
    instanceType: z
      .string()
      .min(1)
      .max(63)
      .describe('GPU size of the nodes, for example Standard_NC24ads_A100_v4.')
      .meta(rule('self == oldSelf', 'resource.instanceType cannot be changed; create another Workspace'))
      .optional(),
    labelSelector: z
      .object({
        matchLabels: z
          .record(z.string(), z.string().max(63))
          .meta({ maxProperties: 32 })
          .describe('Labels that the nodes get and that the workload selects its nodes by.')
          .optional(),
        matchExpressions: z
          .array(
            z.object({
              key: z.string().max(316),
              operator: z.string().max(16),
              values: z.array(z.string().max(63)).max(16).optional(),
            }),
          )
          .max(16)
          .meta(
            rule(
              'size(self) == 0',
              'resource.labelSelector.matchExpressions is not supported; write the labels under matchLabels',
            ),
          )
          .describe('Not supported: a new node needs labels, not conditions on them.')
          .optional(),
      })
      .meta(rule('self == oldSelf', 'resource.labelSelector cannot be changed; create another Workspace'))
      .describe('Labels of the nodes this Workspace uses.'),
    preferredNodes: z.array(z.string().max(253)).max(16).describe('Names of existing nodes to use first.').optional(),
  })
  .describe('The GPU nodes of the workload.')

const presetSchema = z
  .object({
    name: z.string().min(1).max(128).describe('Name of a model preset, for example phi-3-mini-4k-instruct.'),
    accessMode: z
      .enum(['public', 'private'])
      .default('public')
      .describe("public: the preset's own image; private: the image given in presetOptions."),
    presetOptions: z
      .object({
        image: imageReference('presetOptions.image').describe('Image of a private preset.').optional(),
        imagePullSecrets: z
          .array(objectName('imagePullSecrets'))
          .max(16)
          .describe('Secrets of type kubernetes.io/dockerconfigjson to pull the image with.')
          .optional(),
      })
      .optional(),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "self.accessMode != 'private' || (has(self.presetOptions) && has(self.presetOptions.image))",
        message: 'preset.presetOptions.image is required when accessMode is private',
      },
    ],
  })
  .describe('A model from the catalogue.')

const dataSourceSchema = z.object({
  name: z
    .string()
    .max(253)
    .describe('Identifies the source; for an adapter also its name in the model server.')
    .optional(),
  urls: z.array(z.string().min(1).max(2048)).min(1).max(64).describe('https addresses of data files.').optional(),
  image: imageReference('image').describe('Image whose /data directory holds the files.').optional(),
  imagePullSecrets: z
    .array(objectName('imagePullSecrets'))
    .max(16)
    .describe('Secrets to pull the image with.')
    .optional(),
  volumeSource: openObject('Volume that holds the files.').optional(),
})

const adapterSchema = z.object({
  source: dataSourceSchema
    .meta({
      'x-kubernetes-validations': [
        { rule: 'has(self.name) && has(self.image)', message: 'an adapter source needs a name and an image' },
      ],
    })
    .describe('Where the adapter comes from.'),
  strength: z
    .string()
    .max(16)
    .default('1.0')
    .meta(
      rule(
        "self.matches('^(0(\\\\.[0-9]+)?|1(\\\\.0+)?)$')",
        'strength must be a decimal number from 0 to 1, written as a string such as "0.5"',
      ),
    )
    .describe('Weight of the adapter, from "0" to "1".'),
})

const inferenceSchema = z
  .object({
    preset: presetSchema.optional(),
    template: openObject('Pod template of a model server of your own, instead of a preset.').optional(),
    adapters: z.array(adapterSchema).max(10).describe('LoRA adapters added to the model.').optional(),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: 'has(self.preset) != has(self.template)',
        message: 'inference needs exactly one of preset and template',
      },
    ],
  })
  .describe('Serve a model.')

const tuningSchema = z
  .object({
    preset: presetSchema,
    method: z.enum(['lora', 'qlora']).describe('How to tune.'),
    config: objectName('tuning.config').describe('ConfigMap with training_config.yaml.').optional(),
    input: dataSourceSchema
      .meta({
        'x-kubernetes-validations': [
          {
            rule: '[has(self.urls), has(self.image), has(self.volumeSource)].filter(given, given).size() == 1',
            message: 'tuning.input needs exactly one of urls, image and volumeSource',
          },
        ],
      })
      .describe('Training data.'),
    output: z
      .object({
        image: imageReference('tuning.output.image').describe('Image the result is pushed as.').optional(),
        imagePushSecret: objectName('tuning.output.imagePushSecret')
          .describe('Secret of type kubernetes.io/dockerconfigjson to push the result with.')
          .optional(),
        volumeSource: openObject('Volume that receives the result.').optional(),
      })
      .meta({
        'x-kubernetes-validations': [
          {
            rule: 'has(self.image) != has(self.volumeSource)',
            message: 'tuning.output needs exactly one of image and volumeSource',
          },
          {
            rule: '!has(self.image) || has(self.imagePushSecret)',
            message: 'tuning.output.imagePushSecret is required to push tuning.output.image',
          },
        ],
      })
      .describe('Where the result goes.'),
  })
  .describe('Tune a model.')

const slotSchema = z.object({
  ordinal: z.int32().min(0).describe('Which of the wanted nodes, from 0.'),
  attempt: z.int32().min(0).describe('How many claims for it vanished before this one.'),
  claimName: z.string().max(63).describe('Claim that stands for the node.'),
  nodeName: z.string().max(253).describe('Its node, once known.').optional(),
  retryAt: z.string().meta({ format: 'date-time' }).describe('No new claim is made before.').optional(),
  reason: z.string().max(1024).describe('Why the node is not ready.').optional(),
})

const statusSchema = z
  .object({
    conditions: z
      .array(conditionSchema)
      .max(32)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .optional(),
    workerNodes: z.array(z.string().max(253)).max(64).describe('Nodes the workload runs on.').optional(),
    slots: z
      .array(slotSchema)
      .max(64)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['ordinal'] })
      .describe('One entry for each wanted node.')
      .optional(),
  })
  .describe('What is there now.')

/** `Workspace` of `kaito.sh/v1alpha1`: one model served or tuned on GPU nodes of its own. */
export const workspaceSchema = z
  .object({
    resource: resourceSchema,
    inference: inferenceSchema.optional(),
    tuning: tuningSchema.optional(),
    status: statusSchema.optional(),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: '!(has(self.inference) && has(self.tuning))',
        message: 'inference and tuning cannot be set together; create one Workspace for each',
      },
      {
        rule: 'has(self.inference) || has(self.tuning)',
        message: 'one of inference and tuning is required',
      },
      {
        rule: 'has(self.inference) == has(oldSelf.inference)',
        message:
          'a Workspace cannot change between inference and tuning; use another name, or delete this Workspace first',
      },
    ],
  })
  .describe('One model, served or tuned on GPU nodes that are made for it and given back with it.')

export type WorkspaceStatus = z.infer<typeof statusSchema>
export type WorkspaceSlot = z.infer<typeof slotSchema>

export interface Workspace extends Omit<z.infer<typeof workspaceSchema>, 'status'> {
  apiVersion: 'kaito.sh/v1alpha1'
  kind: 'Workspace'
  metadata: ObjectMeta
  status?: WorkspaceStatus
}

export const WORKSPACE_CONDITIONS = {
  resourceReady: 'ResourceReady',
  inferenceReady: 'InferenceReady',
  jobStarted: 'JobStarted',
  workspaceReady: 'WorkspaceReady',
  workspaceSucceeded: 'WorkspaceSucceeded',
} as const
