import { expect, test } from 'vitest'
import { aWorkspace } from '../testing/builders.ts'
import { workspaceFaults } from './faults.ts'

const image = 'registry.example/models/mine:1'

const faults = (preset: object) => workspaceFaults({ ...aWorkspace(), inference: { preset: { name: 'x', ...preset } } })

test.each<[what: string, preset: object]>([
  ['a name alone', {}],
  ['a public preset', { accessMode: 'public' }],
  ['pull secrets for a public preset', { presetOptions: { imagePullSecrets: ['pull'] } }],
  ['a private image', { accessMode: 'private', presetOptions: { image, imagePullSecrets: ['pull', 'other.pull'] } }],
])('takes %s', (_what, preset) => expect(faults(preset)).toEqual([]))

const NAME_FAULT = 'preset.name holds letters, digits, "-", ".", "_" and "/"; write the name of a preset'
const IMAGE_PATH = 'inference.preset.presetOptions.image'

test.each<[what: string, preset: object, path: string, message: string]>([
  ['no name', { name: '' }, 'inference.preset.name', NAME_FAULT],
  ['a name of two lines', { name: 'x\n' }, 'inference.preset.name', NAME_FAULT],
  ['a name that a shell would run', { name: '$(id)' }, 'inference.preset.name', NAME_FAULT],
  [
    'a private preset without an image',
    { accessMode: 'private' },
    IMAGE_PATH,
    'preset.presetOptions.image is required when accessMode is private',
  ],
  [
    'an image that nobody would read',
    { presetOptions: { image } },
    IMAGE_PATH,
    'preset.presetOptions.image is only read with accessMode: private; set that, or leave the image out',
  ],
  [
    'what is no image reference',
    { accessMode: 'private', presetOptions: { image: 'Registry.example/Mine' } },
    IMAGE_PATH,
    'presetOptions.image is not an image reference; write registry/repository:tag with a lower-case repository; replace the placeholder if this is one',
  ],
  [
    'what is no name of a Secret',
    { presetOptions: { imagePullSecrets: ['pull', '<secret>'] } },
    'inference.preset.presetOptions.imagePullSecrets[1]',
    'imagePullSecrets must be the name of an object: lower-case letters, digits, "-" and "."; replace the placeholder if this is one',
  ],
  [
    'a token to download with',
    { presetOptions: { modelAccessSecret: 'hf-token' } },
    'inference.preset.presetOptions.modelAccessSecret',
    'models come in images and none is downloaded at run time, so no token is needed; leave modelAccessSecret out',
  ],
])('refuses %s', (_what, preset, path, message) => expect(faults(preset)).toEqual([{ path, message }]))

test.each([
  'a',
  'a/b',
  'localhost/a:b',
  'localhost:5000/a_b/c--d:1.0_x',
  `a.b-c.example/a__b.c@sha256:${'0f'.repeat(32)}`,
])('takes the image %s', (name) => {
  expect(faults({ accessMode: 'private', presetOptions: { image: name } })).toEqual([])
})

test.each([
  '',
  'A',
  'a/',
  '/a',
  'a:',
  'a b',
  'a;b',
  "a'b",
  'a/../b',
  'a___b',
  'a@sha256:12',
  'https://a/b',
  'a\n',
  'ä',
])('refuses the image %j', (name) => {
  const found = faults({ accessMode: 'private', presetOptions: { image: name } })
  expect(found.map(({ path }) => path)).toContain(IMAGE_PATH)
})
