import { afterAll, beforeAll, expect, test } from 'vitest'
import { createManifest, readManifests } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { workspaceManifest } from './scenario.ts'

let bed: TestBed

beforeAll(async () => {
  bed = await startTestBed({ cluster: { kubelet: false } })
})
afterAll(() => bed.stop())

const TUNING = `
inference:
tuning:
  preset: { name: phi-3-mini-4k-instruct }
  method: qlora
  input: { urls: ["https://example.com/data.parquet"] }
`

test.each<[what: string, yaml: string, status: number, says: RegExp[]]>([
  [
    'an unknown field',
    'resource: { instancetype: x, labelSelector: {} }',
    400,
    [/unknown field "resource\.instancetype"/],
  ],
  [
    'a wrong type',
    'resource: { count: two, instanceType: Standard_NC24ads_A100_v4, labelSelector: {} }',
    422,
    [/resource\.count/, /integer/],
  ],
  [
    'a missing required field',
    'resource: { instanceType: Standard_NC24ads_A100_v4 }',
    422,
    [/resource\.labelSelector: Required value/],
  ],
  [
    'both inference and tuning',
    `${TUNING.replace('inference:\n', '')}  output: { image: registry.example.com/out:1, imagePushSecret: push }`,
    422,
    [/inference and tuning cannot be set together/],
  ],
  ['neither inference nor tuning', 'inference:', 422, [/one of inference and tuning is required/]],
  [
    'an unknown preset',
    'inference: { preset: { name: phi-9 } }',
    422,
    [/inference\.preset\.name/, /phi-9/, /phi-3-mini-4k-instruct/],
  ],
  [
    'a size without GPUs',
    'resource: { instanceType: Standard_D4s_v5, labelSelector: {} }',
    422,
    [/resource\.instanceType/, /Standard_D4s_v5/, /Standard_NC24ads_A100_v4/],
  ],
  ['no size', 'resource: { labelSelector: {} }', 422, [/resource\.instanceType: name the GPU size/]],
  [
    'a placeholder as adapter image',
    'inference: { preset: { name: phi-3-mini-4k-instruct }, adapters: [{ source: { name: a, image: "ACR_REPO_HERE.azurecr.io/ADAPTER_HERE:0.0.1" } }] }',
    422,
    [/inference\.adapters\[0\]\.source\.image/, /replace the placeholder/],
  ],
  [
    'placeholders in tuning output',
    `${TUNING}  output: { image: "ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1", imagePushSecret: ACR_REGISTRY_SECRET_HERE }`,
    422,
    [/tuning\.output\.image/, /tuning\.output\.imagePushSecret/],
  ],
  [
    'matchExpressions',
    'resource: { instanceType: Standard_NC24ads_A100_v4, labelSelector: { matchExpressions: [{ key: a, operator: Exists }] } }',
    422,
    [/matchExpressions is not supported; write the labels under matchLabels/],
  ],
])('the API server refuses %s, naming the field and the remedy', async (_what, yaml, wanted, says) => {
  const { status, text } = await createManifest(bed.kube, workspaceManifest(yaml))
  const { message }: { message: string } = JSON.parse(text)
  expect({ status, message }).toMatchObject({ status: wanted })
  for (const pattern of says) expect(message).toMatch(pattern)
})

test('the size of a Workspace cannot be changed, its labels can', async () => {
  const { path, status } = await createManifest(bed.kube, workspaceManifest('metadata: { name: fixed }'))
  expect(status).toBe(201)
  const patch = (body: unknown) => bed.kube.mergePatch(path, body)
  const resized = await patch({ resource: { instanceType: 'Standard_NC48ads_A100_v4' } })
  expect(resized.status).toBe(422)
  expect(resized.text).toMatch(/resource\.instanceType cannot be changed/)
  const retold = await patch({
    inference: null,
    tuning: {
      preset: { name: 'phi-3-mini-4k-instruct' },
      method: 'lora',
      input: { urls: ['https://example.com/a'] },
      output: { image: 'registry.example.com/a:1', imagePushSecret: 's' },
    },
  })
  expect(retold.status).toBe(422)
  expect(retold.text).toMatch(/cannot change between inference and tuning/)
  expect((await patch({ metadata: { labels: { team: 'a' } } })).status).toBe(200)
})

test('a preset or a whole catalogue removed under a live Workspace never blocks its deletion', async () => {
  const { path } = await createManifest(
    bed.kube,
    workspaceManifest('metadata: { name: trapped, finalizers: [example.com/held] }'),
  )
  const catalogue = '/api/v1/namespaces/kaito-workspace/configmaps/kaito-catalogue'
  const patch = (target: string, body: unknown) => bed.kube.mergePatch(target, body)
  expect((await patch(catalogue, { data: { presets: 'another-model' } })).status).toBe(200)
  expect((await patch(path, { metadata: { labels: { still: 'editable' } } })).status).toBe(200)
  expect((await bed.kube.ask(catalogue, { method: 'DELETE' })).status).toBe(200)
  expect((await bed.kube.ask(path, { method: 'DELETE' })).status).toBe(200)
  expect((await patch(path, { metadata: { finalizers: null } })).status).toBe(200)
  expect((await bed.kube.ask(path)).status).toBe(404)
  for (const manifest of await readManifests('charts/kaito/workspace/files/catalogue.yaml')) {
    expect((await createManifest(bed.kube, manifest)).status).toBe(201)
  }
})
