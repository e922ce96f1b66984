import { catalogueConfigMap, presetNames } from '@kaito/presets'
import fc from 'fast-check'
import type { Manifest } from '../harness/manifests.ts'

const LINES = catalogueConfigMap().instanceTypes.split('\n')
const sizesOf = (lines: string[]) => lines.map((line) => line.slice(0, line.indexOf(' ')))
const USABLE = sizesOf(LINES.filter((line) => line.endsWith(' usable=yes')))
const UNUSABLE = sizesOf(LINES.filter((line) => !line.endsWith(' usable=yes')))
const UNKNOWN_SIZES = ['Standard_D4s_v5', 'm5.large', 'Standard_NC24ads_A100_v', 'Standard_ND96asr_A100_v4']
const UNKNOWN_PRESETS = ['phi-9', 'Phi-2', 'phi', 'phi-2_1', 'microsoft/phi-2', 'falcon.7b']

const anyCase = (names: string[]) =>
  fc
    .tuple(fc.constantFrom(...names), fc.integer({ min: 0, max: 5 }))
    .map(([name, dice]) => (dice === 0 ? name.toUpperCase() : dice === 1 ? name.toLowerCase() : name))

const size = fc.oneof(
  { weight: 20, arbitrary: anyCase(USABLE) },
  { weight: 1, arbitrary: anyCase(UNUSABLE) },
  { weight: 1, arbitrary: anyCase(UNKNOWN_SIZES) },
)
const differing = (maxLength: number) =>
  fc.uniqueArray(size, { minLength: 1, maxLength, selector: (name) => name.toLowerCase() })

/** Every way to name sizes that differ. */
const sizes = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: differing(2) }, { weight: 1, arbitrary: differing(11) }), fc.boolean())
  .map(([[first = '', ...others], isListed]) =>
    isListed && others.length < 10
      ? { instanceTypes: [first, ...others] }
      : { instanceType: first, ...(others.length > 0 && { instanceTypes: others }) },
  )

const preset = fc
  .tuple(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...presetNames()) },
      { weight: 1, arbitrary: fc.constantFrom(...UNKNOWN_PRESETS) },
    ),
    fc.boolean(),
  )
  .map(([name, isPrivate]) =>
    isPrivate
      ? { name, accessMode: 'private' as const, presetOptions: { image: 'registry.example.com/model:1' } }
      : { name, accessMode: 'public' as const },
  )

const count = fc.oneof(fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 1, max: 16 }))

const inference = fc.record({
  inference: fc.oneof(
    { weight: 8, arbitrary: preset.map((asked) => ({ preset: asked })) },
    { weight: 1, arbitrary: fc.constant({ template: { spec: { containers: [] } } }) },
  ),
  count,
})
const tuning = fc.record({
  tuning: preset.map((asked) => ({
    preset: asked,
    method: 'qlora' as const,
    input: { urls: ['https://example.com/data.parquet'] },
    output: { image: 'registry.example.com/out:1', imagePushSecret: 'push' },
  })),
  count: fc.constant(1),
})

/** Workspaces that the schema accepts and the catalogue may not. */
export const catalogueQuestions = fc
  .tuple(sizes, fc.oneof({ weight: 3, arbitrary: inference }, { weight: 1, arbitrary: tuning }), fc.boolean())
  .map(([named, { count: nodes, ...asked }, isPreferring]) => ({
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'Workspace',
    metadata: { name: 'asked' },
    resource: { count: nodes, ...named, labelSelector: {}, ...(isPreferring && { preferredNodes: ['node-1'] }) },
    ...asked,
  })) satisfies fc.Arbitrary<Manifest>
