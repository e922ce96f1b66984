import { z } from 'zod'
import { fixed, imageReference, notServed, objectName, openObject, ruled } from '../kubernetes-schema.ts'
import { inputSchema } from './data-source.ts'
import { presetSchema } from './preset.ts'

const outputSchema = ruled(
  z.object({
    image: imageReference('tuning.output.image').describe('Image the result is pushed as.').optional(),
    imagePushSecret: objectName('tuning.output.imagePushSecret')
      .describe('Secret of type kubernetes.io/dockerconfigjson to push the result with.')
      .optional(),
    volumeSource: notServed(
      openObject('Not served: the result is pushed as an image.'),
      'not served: the result is pushed as an image; write image and imagePushSecret instead',
    ).optional(),
  }),
  {
    rule: 'has(self.image) != has(self.volumeSource)',
    message: 'tuning.output needs exactly one of image and volumeSource',
    holds: ({ image, volumeSource }) => (image === undefined) !== (volumeSource === undefined),
  },
  {
    rule: '!has(self.image) || has(self.imagePushSecret)',
    message: 'tuning.output.imagePushSecret is required to push tuning.output.image',
    fieldPath: '.imagePushSecret',
    holds: ({ image, imagePushSecret }) => image === undefined || imagePushSecret !== undefined,
  },
)

const cannotChange = (name: string) =>
  fixed(`tuning.${name} cannot be changed; delete this Workspace and create another`)

export const tuningSchema = z
  .object({
    preset: ruled(presetSchema, cannotChange('preset')),
    method: ruled(z.enum(['lora', 'qlora']), cannotChange('method')).describe('How to tune.'),
    config: objectName('tuning.config')
      .describe('ConfigMap with training_config.yaml; by default that of the method.')
      .optional(),
    input: ruled(inputSchema, cannotChange('input')).describe('Training data.'),
    output: ruled(outputSchema, cannotChange('output')).describe('Where the result goes.'),
    ttlSecondsAfterFinished: z
      .int32()
      .min(0)
      .describe(
        'Gives the nodes back so many seconds after the Job ended; by default they stay as long as the Workspace.',
      )
      .optional(),
  })
  .describe('Tune a model.')
