import { workspaceFaults } from '@kaito/api'
import { createLocalCluster } from '@kaito/local-cluster'
import { type CatalogueQuestion, catalogueAdvice, catalogueFaults } from '@kaito/presets'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { InProcessKube } from '../harness/in-process-kube.ts'
import { createManifest, installProduct, type Manifest } from '../harness/manifests.ts'
import { catalogueQuestions } from './catalogue-questions.ts'

const CASES = 500
const WORKSPACES = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces'
const FORBIDDEN =
  /^workspaces\.kaito\.sh ".*?" is forbidden: ValidatingAdmissionPolicy 'workspaces\.kaito\.sh' with binding 'workspaces\.kaito\.sh' denied request: /s
const ADVISED =
  /^Validation failed for ValidatingAdmissionPolicy 'workspaces-advice\.kaito\.sh' with binding 'workspaces-advice\.kaito\.sh': /

const kube = new InProcessKube(createLocalCluster())
beforeAll(() => installProduct(kube, { devicePlugin: false }))

type Question = CatalogueQuestion & Manifest
type Verdict = { refusal: string } | { advice: string[] }

/** What the policies say of a request. */
function said({ status, headers, text }: Awaited<ReturnType<InProcessKube['ask']>>): Verdict {
  if (status >= 300) {
    const { message }: { message: string } = JSON.parse(text)
    return { refusal: message.replace(FORBIDDEN, '') }
  }
  const warnings = [...(headers.warning ?? '').matchAll(/299 - ("(?:\\.|[^"\\])*")/g)].map(([, quoted = '""']) =>
    String(JSON.parse(quoted)),
  )
  return { advice: warnings.map((warning) => warning.replace(ADVISED, '')) }
}

const asks = async (body: object, collection = WORKSPACES) =>
  said(await kube.ask(`${collection}?dryRun=All&fieldValidation=Strict`, { method: 'POST', body }))

const shown = ({ path, message }: { path: string; message: string }) => `${path}: ${message}`

/** A policy warns once for each of its rules, so advice of one kind comes together. */
const KINDS_OF_ADVICE = [/ is retired as of /, /, so it may fail; /, /^resource\.count: /]

/** What the code that the controller runs says of the same Workspace. */
function expected(question: CatalogueQuestion): Verdict {
  const [fault] = catalogueFaults(question)
  if (fault) return { refusal: shown(fault) }
  const advice = catalogueAdvice(question).map(shown)
  const kinds = KINDS_OF_ADVICE.map((kind) => advice.filter((text) => kind.test(text)).join('; '))
  return { advice: kinds.filter((text) => text !== '') }
}

const PRIVATE = 'accessMode: private, presetOptions: { image: registry.example.com/model:1 }'
const DATA = 'input: { urls: ["https://example.com/data.parquet"] }'
const OUTPUT = 'output: { image: "registry.example.com/out:1", imagePushSecret: push }'

/** A Workspace as the API server completes it, from what it asks for. */
function question(asked: string): Question {
  const { resource, inference, tuning, ...more } = parse(`{ ${asked} }`)
  const completed = (part: { preset?: object } | undefined) =>
    part?.preset ? { ...part, preset: { accessMode: 'public', ...part.preset } } : part
  return {
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'Workspace',
    metadata: { name: 'asked' },
    resource: { count: 1, labelSelector: {}, instanceType: 'Standard_NC24ads_A100_v4', ...resource },
    ...(inference && { inference: completed(inference) }),
    ...(tuning && { tuning: completed(tuning) }),
    ...more,
  }
}

const serving = (name: string, more = '') => `inference: { preset: { name: ${name}${more && `, ${more}`} } }`
const tuning = (name: string, more = '') =>
  `tuning: { preset: { name: ${name}${more && `, ${more}`} }, method: lora, ${DATA}, ${OUTPUT} }`
const size = (instanceType: string, count = 1) => `resource: { instanceType: ${instanceType}, count: ${count} }`

test.each<[rule: string, asked: string, says: RegExp]>([
  [
    'an unknown preset',
    serving('phi-9'),
    /^inference\.preset\.name: there is no preset "phi-9"; use one of: falcon-40b, /,
  ],
  ['an unknown preset to tune', tuning('phi-9'), /^tuning\.preset\.name: there is no preset "phi-9"; use one of: /],
  ['no image for a private preset', serving('llama-2-7b'), /^inference\.preset\.accessMode: preset llama-2-7b has no /],
  [
    'a preset that has no tuning',
    tuning('llama-2-7b', PRIVATE),
    /^tuning\.preset\.name: .* cannot be tuned; use one of: /,
  ],
  [
    'nodes that cannot share the processes evenly',
    `${serving('llama-2-70b', PRIVATE)}, ${size('Standard_ND96isr_H100_v5', 3)}`,
    /^resource\.count: 8 processes cannot be spread evenly over 3 nodes; use 1, 2, 4 or 8$/,
  ],
  [
    'a size without GPUs',
    `${serving('phi-2')}, ${size('Standard_D4s_v5')}`,
    /^resource\.instanceType: "Standard_D4s_v5" is not a known size with NVIDIA GPUs; sizes that fit: Standard_NV18ads_A10/,
  ],
  [
    'a size of EC2 that is not known',
    `${serving('phi-2')}, ${size('m5.large')}`,
    /"m5\.large".*sizes that fit: g4dn\.xlarge, /,
  ],
  ['a size with AMD GPUs', `${serving('phi-2')}, ${size('Standard_NV32as_v4')}`, /: Standard_NV32as_v4 has AMD GPUs, /],
  [
    'a size with Arm processors',
    `${serving('phi-2')}, ${size('Standard_ND128isr_GB300_v6')}`,
    /_v6 has Arm processors, /,
  ],
  [
    'too few GPUs, in any place of the list',
    `${serving('falcon-40b')}, resource: { instanceType: Standard_NC48ads_A100_v4, instanceTypes: [standard_nc80ADIS_h100_v5, Standard_NC24ads_A100_v4] }`,
    /^resource\.instanceTypes\[1\]: the model needs 2 GPUs, 1 x Standard_NC24ads_A100_v4 have 1 x 1 = 1; sizes that fit: /,
  ],
  [
    'too little memory',
    `${serving('falcon-40b')}, ${size('Standard_NC64as_T4_v3')}`,
    /needs 90 GiB of .* 1 x 4 x 16 = 64 GiB; /,
  ],
  [
    'too little memory on each GPU',
    `${serving('llama-2-70b', PRIVATE)}, ${size('Standard_NC64as_T4_v3', 4)}`,
    /^resource\.instanceType: the model needs 19 GiB of memory on each GPU, those of Standard_NC64as_T4_v3 have 16 GiB; /,
  ],
  [
    'too few nodes of a size that would do',
    `${serving('llama-2-70b', PRIVATE)}, ${size('Standard_NV72ads_A10_v5', 2)}`,
    /^resource\.count: the model needs 8 GPUs, .* = 4; use 4 nodes or another size; sizes that fit: /,
  ],
])('refuses %s, naming the field and the remedy', async (_rule, asked, says) => {
  const answer = await asks(question(asked))
  expect(answer).toEqual(expected(question(asked)))
  expect(answer).toEqual({ refusal: expect.stringMatching(says) })
})

test.each<[rule: string, asked: string, says: RegExp[]]>([
  ['nothing where all is well', serving('phi-2'), []],
  [
    'nothing of what a pod template needs',
    `inference: { template: { spec: {} } }, ${size('Standard_NV6ads_A10_v5')}`,
    [],
  ],
  ['nothing of how large a pod template is', `inference: { template: { text: ${'x'.repeat(1_000_000)} } }`, []],
  ['nothing against an image of ones own of a public preset', serving('phi-2', PRIVATE), []],
  [
    'that sizes are retired, and since when',
    `${serving('phi-2')}, resource: { instanceType: Standard_NC6s_v3, instanceTypes: [Standard_NC12s_v3] }`,
    [
      /^resource\.instanceType: Standard_NC6s_v3 is retired as of 2025-09-30; .*; resource\.instanceTypes\[0\]: .* is retired/,
    ],
  ],
  [
    'that tuning may need more',
    `${tuning('phi-3-mini-4k-instruct')}, ${size('Standard_NV36ads_A10_v5')}`,
    [/^resource\.instanceType: tuning needs 72 GiB of GPU memory, .* = 24 GiB, so it may fail; sizes that fit: /],
  ],
  [
    'that fewer nodes would do',
    `${serving('llama-2-70b', PRIVATE)}, ${size('Standard_ND96isr_H100_v5', 4)}`,
    [/^resource\.count: the model fits on 1 of these 4 nodes; /],
  ],
])('its user is told %s', async (_rule, asked, says) => {
  const answer = await asks(question(asked))
  expect(answer).toEqual(expected(question(asked)))
  expect(answer).toEqual({ advice: says.map((pattern) => expect.stringMatching(pattern)) })
})

/** Each is reached more than once in so many cases. */
const OUTCOMES = [
  'accepted',
  'inference.preset.accessMode InvalidRequest',
  'inference.preset.name UnknownPreset',
  'resource.count InstanceTypeTooSmall',
  'resource.count InvalidRequest',
  'resource.instanceType InstanceTypeTooSmall',
  'resource.instanceType UnknownInstanceType',
  'resource.instanceTypes InstanceTypeTooSmall',
  'resource.instanceTypes UnknownInstanceType',
  'tuning.preset.accessMode InvalidRequest',
  'tuning.preset.name InvalidRequest',
  'tuning.preset.name UnknownPreset',
]

test('refusal and advice are those of the controller, word for word, whatever is asked for', async () => {
  const seen = new Set<string>()
  const property = fc.asyncProperty(catalogueQuestions, async (asked) => {
    expect(await asks(asked)).toEqual(expected(asked))
    const [fault] = catalogueFaults(asked)
    seen.add(fault ? `${fault.path.replace(/\[.*/, '')} ${fault.reason}` : 'accepted')
  })
  await fc.assert(property, { numRuns: CASES, seed: 20_261 })
  expect([...seen].sort()).toEqual(OUTCOMES)
})

test('the other version of the API is judged by the same rules', async () => {
  const asked = { ...question(serving('phi-9')), apiVersion: 'kaito.sh/v1beta1' }
  expect(await asks(asked, WORKSPACES.replace('v1alpha1', 'v1beta1'))).toEqual(expected(question(serving('phi-9'))))
})

test.each(['phi', 'a', 'a-1', 'a'.repeat(63), '7b', 'a.b', `${'a'.repeat(63)}b`])(
  'the name %s is judged alike',
  async (name) => {
    const asked = { ...question(serving('phi-2')), metadata: { name } }
    const [fault] = workspaceFaults(asked)
    expect(await asks(asked)).toEqual(fault ? { refusal: shown(fault) } : { advice: [] })
  },
)

test('a generated name is judged as it is generated', async () => {
  const generated = async (generateName: string) =>
    said(
      await kube.ask(`${WORKSPACES}?dryRun=All`, {
        method: 'POST',
        body: { ...question(serving('phi-2')), metadata: { generateName } },
      }),
    )
  expect(await generated('phi-')).toEqual({ advice: [] })
  expect(await generated(`${'a'.repeat(80)}-`)).toEqual({ advice: [] })
  expect(await generated('7b-')).toEqual({
    refusal: expect.stringMatching(/^metadata\.name: the name "7b-.*" cannot name a Service: /),
  })
})

const ON_TWO_GPUS = size('Standard_NC80adis_H100_v5')

test.each<[change: string, from: string, to: string, refusal: RegExp | undefined]>([
  ['another model that needs no more disk', serving('mistral-7b'), serving('phi-2'), undefined],
  ['another that nodes share', serving('llama-2-13b', PRIVATE), serving('llama-2-13b-chat', PRIVATE), undefined],
  [
    'one that needs more disk',
    serving('phi-2'),
    serving('mistral-7b'),
    /^inference\.preset\.name: mistral-7b needs 100 GiB of disk, and the nodes were made with 50 GiB for phi-2; create /,
  ],
  [
    'one that nodes share, if the old one was whole',
    serving('phi-2'),
    serving('llama-2-13b', PRIVATE),
    /^inference\.preset\.name: llama-2-13b is spread over all nodes, and phi-2 ran whole on each; create another/,
  ],
  [
    'one that is whole, if nodes shared the old one',
    serving('llama-2-13b', PRIVATE),
    serving('llama-2-7b', PRIVATE),
    /^inference\.preset\.name: llama-2-7b runs whole on each node, and llama-2-13b was spread over all; create another/,
  ],
  [
    'one that does not fit',
    serving('llama-2-13b', PRIVATE),
    serving('llama-2-70b', PRIVATE),
    /: the model needs 8 GPUs/,
  ],
  ['an unknown one', serving('phi-2'), serving('phi-9'), /^inference\.preset\.name: there is no preset "phi-9"; /],
])('an update of the preset to %s is judged by what the nodes were made for', async (change, from, to, refusal) => {
  const metadata = { name: change.replaceAll(/[^a-z]+/g, '-') }
  const { path, status, text } = await createManifest(kube, { ...question(`${from}, ${ON_TWO_GPUS}`), metadata })
  expect(status, text).toBe(201)
  const body = { ...question(`${to}, ${ON_TWO_GPUS}`), metadata: JSON.parse(text).metadata }
  const answer = said(await kube.ask(`${path}?dryRun=All`, { method: 'PUT', body }))
  expect(answer).toEqual(refusal === undefined ? { advice: [] } : { refusal: expect.stringMatching(refusal) })
})

test.each<[what: string, data: object]>([
  [
    'of another format',
    { presets: 'phi-2\nphi-3 access=public gpus=many', instanceTypes: 'Standard_NC24ads_A100_v4 gpus=1\n' },
  ],
  ['that is empty', { presets: null, instanceTypes: null }],
])('with a catalogue %s a request is refused by the field, not by an error', async (_what, data) => {
  const own = new InProcessKube(createLocalCluster())
  await installProduct(own, { devicePlugin: false })
  const { status, text } = await own.mergePatch('/api/v1/namespaces/kaito-workspace/configmaps/kaito-catalogue', {
    data,
  })
  expect(status, text).toBe(200)
  const answer = async (asked: string) => said(await own.ask(WORKSPACES, { method: 'POST', body: question(asked) }))
  expect(await answer(serving('phi-2'))).toEqual({
    refusal: expect.stringMatching(/^inference\.preset\.name: there is no/),
  })
  expect(await answer('inference: { template: {} }')).toEqual({
    refusal:
      'resource.instanceType: "Standard_NC24ads_A100_v4" is not a known size with NVIDIA GPUs; no known size fits',
  })
})
