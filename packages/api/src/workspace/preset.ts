import { z } from 'zod'
import { imageReference, matches, notServed, pullSecrets, ruled, text } from '../kubernetes-schema.ts'

const presetOptionsSchema = z
  .object({
    image: imageReference('presetOptions.image').describe('Image of the model, with accessMode: private.').optional(),
    imagePullSecrets: pullSecrets('Secrets of type kubernetes.io/dockerconfigjson to pull the image with.').optional(),
    modelAccessSecret: notServed(
      text(253),
      'models come in images and none is downloaded at run time, so no token is needed; leave modelAccessSecret out',
    )
      .describe('Not served: no model is downloaded at run time.')
      .optional(),
  })
  .describe('Where the image of a private preset comes from.')

/** Wide enough for every catalogue, narrow enough to be repeated in a message. */
const PRESET_NAME = '^[A-Za-z0-9]([-A-Za-z0-9._/]*[A-Za-z0-9])?$'

export const presetSchema = ruled(
  z.object({
    name: ruled(
      text(128),
      matches(PRESET_NAME, 'preset.name holds letters, digits, "-", ".", "_" and "/"; write the name of a preset'),
    ).describe('Name of a model preset, for example phi-3-mini-4k-instruct.'),
    accessMode: z
      .enum(['public', 'private'])
      .default('public')
      .describe("public: the preset's own image; private: the image given in presetOptions."),
    presetOptions: presetOptionsSchema.optional(),
  }),
  {
    rule: "self.accessMode != 'private' || (has(self.presetOptions) && has(self.presetOptions.image))",
    message: 'preset.presetOptions.image is required when accessMode is private',
    fieldPath: '.presetOptions.image',
    holds: ({ accessMode, presetOptions }) => accessMode !== 'private' || presetOptions?.image !== undefined,
  },
  {
    rule: "self.accessMode == 'private' || !has(self.presetOptions) || !has(self.presetOptions.image)",
    message: 'preset.presetOptions.image is only read with accessMode: private; set that, or leave the image out',
    fieldPath: '.presetOptions.image',
    holds: ({ accessMode, presetOptions }) => accessMode === 'private' || presetOptions?.image === undefined,
  },
).describe('A model from the catalogue.')
