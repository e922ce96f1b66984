import { z } from 'zod'
import {
  imageReference,
  matches,
  notServed,
  openObject,
  pullSecrets,
  type Rule,
  ruled,
  text,
} from '../kubernetes-schema.ts'
import { presetSchema } from './preset.ts'

const ADAPTER_NAME = '^[a-z]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'
const ONLY_IMAGES = 'an adapter comes from an image with its files under /data; write source.image instead'

const adapterSourceSchema = ruled(
  z.object({
    name: ruled(
      text(63),
      matches(
        ADAPTER_NAME,
        'is not the name of an adapter, which names a folder and a variable; write lower-case letters, digits, "-" and ".", a letter first',
      ),
    )
      .describe('Name of the adapter in the model server; each adapter has its own.')
      .optional(),
    image: imageReference('adapters.source.image')
      .describe('Image whose /data directory holds adapter_config.json and adapter_model.safetensors.')
      .optional(),
    imagePullSecrets: pullSecrets('Secrets of type kubernetes.io/dockerconfigjson to pull the image with.').optional(),
    urls: notServed(z.array(text(2048).describe('Not served.')).max(64), ONLY_IMAGES)
      .describe('Not served: adapters come from images.')
      .optional(),
    volumeSource: notServed(openObject('Not served: adapters come from images.'), ONLY_IMAGES).optional(),
  }),
  {
    rule: 'has(self.name)',
    message: 'an adapter source needs a name',
    fieldPath: '.name',
    holds: ({ name }) => name !== undefined,
  },
  {
    rule: 'has(self.image)',
    message: 'an adapter source needs an image',
    fieldPath: '.image',
    holds: ({ image }) => image !== undefined,
  },
).describe('Where the adapter comes from.')

const adapterSchema = z
  .object({
    source: adapterSourceSchema,
    strength: ruled(
      text(16),
      matches(
        '^(0([.][0-9]+)?|1([.]0+)?)$',
        'strength must be a decimal number from 0 to 1, written as a string such as "0.5"',
      ),
    )
      .default('1.0')
      .describe('Weight of the adapter, from "0" to "1".'),
  })
  .describe('One LoRA adapter.')

const namesDiffer: Rule<z.output<typeof adapterSchema>[]> = {
  rule: 'self.all(one, !has(one.source.name) || self.exists_one(other, has(other.source.name) && other.source.name == one.source.name))',
  message: 'two adapters have the same source.name; give each a name of its own',
  holds: (adapters) => {
    const names = adapters.flatMap(({ source }) => source.name ?? [])
    return new Set(names).size === names.length
  },
}

const readinessSchema = z
  .object({
    timeoutMinutes: z
      .int32()
      .min(1)
      .max(1440)
      .describe('Minutes until a model server that does not answer is late; by default those of the preset, else 30.')
      .optional(),
    whenMissed: z
      .enum(['KeepNodes', 'GiveBackNodes'])
      .describe('What happens to the nodes of a model server that never answered in time; by default they are kept.')
      .optional(),
  })
  .describe('How long the model server may take to answer for the first time.')

export const inferenceSchema = ruled(
  z.object({
    preset: presetSchema.optional(),
    template: openObject('Pod template of a model server of your own, instead of a preset.').optional(),
    config: notServed(
      text(253),
      'settings for vLLM are not served: the images of the presets do not have it; leave inference.config out',
    )
      .describe('Not served: ConfigMap with settings for vLLM, which the images of the presets do not have.')
      .optional(),
    adapters: ruled(z.array(adapterSchema).max(10), namesDiffer)
      .describe('LoRA adapters added to the model.')
      .optional(),
    readiness: readinessSchema.optional(),
  }),
  {
    rule: 'has(self.preset) != has(self.template)',
    message: 'inference needs exactly one of preset and template',
    holds: ({ preset, template }) => (preset === undefined) !== (template === undefined),
  },
  {
    rule: 'has(self.template) == has(oldSelf.template)',
    message: 'inference cannot change between preset and template; create another Workspace',
    fieldPath: '.template',
  },
).describe('Serve a model.')
