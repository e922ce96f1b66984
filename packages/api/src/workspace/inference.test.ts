import { expect, test } from 'vitest'
import { aWorkspace } from '../testing/builders.ts'
import { workspaceFaults } from './faults.ts'

const preset = { name: 'phi-3-mini-4k-instruct' }
const image = 'registry.example/adapters/a:1'
const template = { spec: { containers: [{ name: 'main', image: 'registry.example/server:1' }] } }

const faults = (inference: object) => workspaceFaults({ ...aWorkspace(), inference })
const named = (count: number) => Array.from({ length: count }, (_, index) => ({ source: { name: `a${index}`, image } }))

test.each<[what: string, inference: object]>([
  ['a preset', { preset }],
  ['a template, whatever is in it', { template: { ...template, more: [null] } }],
  ['ten adapters', { preset, adapters: named(10) }],
  ['no adapters', { preset, adapters: [] }],
  [
    'an adapter with all that it may have',
    { preset, adapters: [{ source: { name: 'a-1.b', image, imagePullSecrets: ['pull'] }, strength: '0.5' }] },
  ],
  ['the longest name of an adapter', { preset, adapters: [{ source: { name: 'a'.repeat(63), image } }] }],
])('takes %s', (_what, inference) => expect(faults(inference)).toEqual([]))

const ONE_OF = 'inference needs exactly one of preset and template'
const ONLY_IMAGES = 'an adapter comes from an image with its files under /data; write source.image instead'

test.each<[what: string, inference: object, path: string, message: string]>([
  ['neither preset nor template', {}, 'inference', ONE_OF],
  ['both preset and template', { preset, template }, 'inference', ONE_OF],
  [
    'settings for vLLM',
    { preset, config: 'vllm' },
    'inference.config',
    'settings for vLLM are not served: the images of the presets do not have it; leave inference.config out',
  ],
  [
    'eleven adapters',
    { preset, adapters: named(11) },
    'inference.adapters',
    'Too big: expected array to have <=10 items',
  ],
  [
    'two adapters of one name',
    { preset, adapters: [...named(2), ...named(1)] },
    'inference.adapters',
    'two adapters have the same source.name; give each a name of its own',
  ],
  [
    'an adapter without a name',
    { preset, adapters: [{ source: { image } }] },
    'inference.adapters[0].source.name',
    'an adapter source needs a name',
  ],
  [
    'an adapter without an image',
    { preset, adapters: [{ source: { name: 'a' } }] },
    'inference.adapters[0].source.image',
    'an adapter source needs an image',
  ],
  [
    'an adapter without a source',
    { preset, adapters: [{ strength: '1' }] },
    'inference.adapters[0].source',
    'Invalid input: expected object, received undefined',
  ],
  [
    'an adapter from an address',
    { preset, adapters: [{ source: { name: 'a', image, urls: ['https://example.com/a'] } }] },
    'inference.adapters[0].source.urls',
    ONLY_IMAGES,
  ],
  [
    'an adapter from a volume',
    { preset, adapters: [{ source: { name: 'a', image, volumeSource: { emptyDir: {} } } }] },
    'inference.adapters[0].source.volumeSource',
    ONLY_IMAGES,
  ],
  [
    'an adapter from what is no image',
    { preset, adapters: [{ source: { name: 'a', image: "r/a:1'; rm" } }] },
    'inference.adapters[0].source.image',
    'adapters.source.image is not an image reference; write registry/repository:tag with a lower-case repository; replace the placeholder if this is one',
  ],
])('refuses %s', (_what, inference, path, message) => expect(faults(inference)).toEqual([{ path, message }]))

test.each(['', 'A', '1a', 'a_b', '-a', 'a.', 'a..b', '../a', 'a/b', 'a\n', 'ä'])(
  'refuses the adapter name %j',
  (name) => {
    expect(faults({ preset, adapters: [{ source: { name, image } }] })).toEqual([
      {
        path: 'inference.adapters[0].source.name',
        message:
          'is not the name of an adapter, which names a folder and a variable; write lower-case letters, digits, "-" and ".", a letter first',
      },
    ])
  },
)

test.each(['0', '1', '1.0', '0.5', '0.000000001'])('takes the strength %s', (strength) => {
  expect(faults({ preset, adapters: [{ source: { name: 'a', image }, strength }] })).toEqual([])
})

test.each(['', '2', '1.1', '-0.5', '.5', '0.', '1e-1', ' 1', '0.5\n', 'NaN'])('refuses the strength %j', (strength) => {
  expect(faults({ preset, adapters: [{ source: { name: 'a', image }, strength }] })).toEqual([
    {
      path: 'inference.adapters[0].strength',
      message: 'strength must be a decimal number from 0 to 1, written as a string such as "0.5"',
    },
  ])
})
