import { expect, test } from 'vitest'
import { aWorkspace } from '../testing/builders.ts'
import { workspaceFaults } from './faults.ts'

const image = 'registry.example/data:1'
const urls = ['https://example.com/data.parquet']
const tuning = {
  preset: { name: 'phi-3-mini-4k-instruct' },
  method: 'qlora',
  input: { urls },
  output: { image: 'registry.example/out:1', imagePushSecret: 'push' },
}
const volumeSource = { emptyDir: {} }

function faults(parts: object, resource: object = aWorkspace().resource) {
  const { inference: _, ...workspace } = aWorkspace()
  return workspaceFaults({ ...workspace, resource, tuning: { ...tuning, ...parts } })
}

test.each<[what: string, parts: object]>([
  ['addresses as input', {}],
  ['an image as input', { input: { name: 'data', image, imagePullSecrets: ['pull'] } }],
  ['parameters of its own', { method: 'lora', config: 'my-parameters' }],
  ['a Job that goes at once', { ttlSecondsAfterFinished: 0 }],
  ['a Job that goes late', { ttlSecondsAfterFinished: 2 ** 31 - 1 }],
  ['a private image', { preset: { name: 'llama-2-7b', accessMode: 'private', presetOptions: { image } } }],
])('takes %s', (_what, parts) => expect(faults(parts)).toEqual([]))

const ONE_INPUT = 'tuning.input needs exactly one of urls, image and volumeSource'
const ONE_OUTPUT = 'tuning.output needs exactly one of image and volumeSource'

test.each<[what: string, parts: object, path: string, message: string]>([
  ['no preset', { preset: undefined }, 'tuning.preset', 'Invalid input: expected object, received undefined'],
  ['no input', { input: undefined }, 'tuning.input', 'Invalid input: expected object, received undefined'],
  ['no output', { output: undefined }, 'tuning.output', 'Invalid input: expected object, received undefined'],
  ['another method', { method: 'full' }, 'tuning.method', 'Invalid option: expected one of "lora"|"qlora"'],
  ['input from nowhere', { input: { name: 'data' } }, 'tuning.input', ONE_INPUT],
  ['input from two places', { input: { image, urls } }, 'tuning.input', ONE_INPUT],
  [
    'data with a name that a shell would run',
    { input: { urls, name: '$(id)' } },
    'tuning.input.name',
    'tuning.input.name holds letters, digits, "-", "." and "_"; rename the data',
  ],
  ['no addresses', { input: { urls: [] } }, 'tuning.input.urls', 'Too small: expected array to have >=1 items'],
  [
    'input from a volume',
    { input: { volumeSource } },
    'tuning.input.volumeSource',
    'not served: data comes from addresses or an image; write urls or image instead',
  ],
  ['output to nowhere', { output: { imagePushSecret: 'push' } }, 'tuning.output', ONE_OUTPUT],
  [
    'output that may not be pushed',
    { output: { image } },
    'tuning.output.imagePushSecret',
    'tuning.output.imagePushSecret is required to push tuning.output.image',
  ],
  [
    'output to a volume',
    { output: { volumeSource } },
    'tuning.output.volumeSource',
    'not served: the result is pushed as an image; write image and imagePushSecret instead',
  ],
  [
    'what is no name of a ConfigMap',
    { config: 'my_parameters' },
    'tuning.config',
    'tuning.config must be the name of an object: lower-case letters, digits, "-" and "."; replace the placeholder if this is one',
  ],
  [
    'a Job that went before it ended',
    { ttlSecondsAfterFinished: -1 },
    'tuning.ttlSecondsAfterFinished',
    'Too small: expected number to be >=0',
  ],
  [
    'a time that no Job can have',
    { ttlSecondsAfterFinished: 2 ** 31 },
    'tuning.ttlSecondsAfterFinished',
    'Too big: expected number to be <=2147483647',
  ],
])('refuses %s', (_what, parts, path, message) => expect(faults(parts)).toEqual([{ path, message }]))

test('refuses two places for the output', () => {
  const output = { ...tuning.output, volumeSource }
  expect(faults({ output })).toContainEqual({ path: 'tuning.output', message: ONE_OUTPUT })
})

test('refuses to tune on several nodes', () => {
  expect(faults({}, { ...aWorkspace().resource, count: 2 })).toEqual([
    { path: 'resource.count', message: 'tuning runs on one node; write count: 1' },
  ])
})
