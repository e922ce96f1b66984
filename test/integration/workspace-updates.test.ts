import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

type Subject = 'served' | 'tuned' | 'templated'
type Effect = 'refused' | 'rolling update' | 'what comes' | 'the Service' | 'no effect'

interface Change {
  of: Subject
  patch: object
  /** What the API server says of it. */
  says?: RegExp
}

const WORKSPACES = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const SERVICE = '/api/v1/namespaces/default/services/served'

const TUNING = {
  preset: { name: 'phi-3-mini-4k-instruct' },
  method: 'qlora',
  input: { urls: ['https://example.com/data.parquet'] },
  output: { image: 'registry.example.com/tuned:1', imagePushSecret: 'push' },
}
/** Ours, and the revision that the Deployment controller puts into an annotation, which counts as well. */
const WRITES_OF_A_ROLLOUT = 2
const FIXED = /cannot be changed; create another Workspace/
const DELETE_FIRST = /cannot be changed; delete this Workspace and create another/

/** One change for each row of the table in docs/workspace.md. */
const CHANGES: Record<string, Change> = {
  'resource.count': { of: 'served', patch: { resource: { count: 2 } }, says: FIXED },
  'resource.instanceType': {
    of: 'served',
    patch: { resource: { instanceType: 'Standard_NC48ads_A100_v4' } },
    says: FIXED,
  },
  'resource.instanceTypes': {
    of: 'served',
    patch: { resource: { instanceTypes: ['Standard_NC40ads_H100_v5'] } },
    says: FIXED,
  },
  'resource.capacityType': { of: 'served', patch: { resource: { capacityType: 'spot' } }, says: FIXED },
  'resource.nodeClassRef': {
    of: 'served',
    patch: { resource: { nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'own' } } },
    says: FIXED,
  },
  'resource.existingNodes': { of: 'served', patch: { resource: { existingNodes: 'Never' } }, says: FIXED },
  'resource.allOrNothing': { of: 'served', patch: { resource: { allOrNothing: true } }, says: FIXED },
  'resource.labelSelector': {
    of: 'served',
    patch: { resource: { labelSelector: { matchLabels: { apps: 'other' } } } },
    says: FIXED,
  },
  'resource.preferredNodes': { of: 'served', patch: { resource: { preferredNodes: ['node-1'] } } },
  'inference.preset.name': {
    of: 'served',
    patch: { inference: { preset: { name: 'phi-3-mini-128k-instruct' } } },
  },
  'inference.preset.accessMode': {
    of: 'served',
    patch: {
      inference: { preset: { accessMode: 'private', presetOptions: { image: 'registry.example.com/phi-3:1' } } },
    },
  },
  'inference.adapters': {
    of: 'served',
    patch: { inference: { adapters: [{ source: { name: 'own', image: 'registry.example.com/own:1' } }] } },
  },
  'inference.readiness': { of: 'served', patch: { inference: { readiness: { timeoutMinutes: 45 } } } },
  'inference.template (its content)': {
    of: 'templated',
    patch: {
      inference: { template: { spec: { containers: [{ name: 'server', image: 'registry.example.com/server:2' }] } } },
    },
  },
  'inference.template': {
    of: 'templated',
    patch: { inference: { template: null, preset: { name: 'phi-3-mini-4k-instruct' } } },
    says: /template/,
  },
  'inference, tuning (one for the other)': {
    of: 'served',
    patch: { inference: null, tuning: TUNING },
    says: /cannot change between inference and tuning; use another name, or delete this Workspace first/,
  },
  'tuning.preset': { of: 'tuned', patch: { tuning: { preset: { name: 'phi-2' } } }, says: DELETE_FIRST },
  'tuning.method': { of: 'tuned', patch: { tuning: { method: 'lora' } }, says: DELETE_FIRST },
  'tuning.input': {
    of: 'tuned',
    patch: { tuning: { input: { urls: ['https://example.com/b'] } } },
    says: DELETE_FIRST,
  },
  'tuning.output': { of: 'tuned', patch: { tuning: { output: { image: 'example.com/b:1' } } }, says: DELETE_FIRST },
  'tuning.config': { of: 'tuned', patch: { tuning: { config: 'parameters' } } },
  'tuning.ttlSecondsAfterFinished': { of: 'tuned', patch: { tuning: { ttlSecondsAfterFinished: 60 } } },
  'metadata.annotations["kaito.sh/enablelb"]': {
    of: 'served',
    patch: { metadata: { annotations: { 'kaito.sh/enablelb': 'true' } } },
  },
  'metadata.labels': { of: 'served', patch: { metadata: { labels: { team: 'a' } } } },
}

let scenario: Scenario

beforeAll(async () => {
  scenario = await Scenario.start()
  const template = { spec: { containers: [{ name: 'server', image: 'registry.example.com/server:1' }] } }
  const manifests = [
    workspaceManifest('metadata: { name: served }'),
    { ...workspaceManifest('metadata: { name: tuned }'), inference: undefined, tuning: TUNING },
    { ...workspaceManifest('metadata: { name: templated }'), inference: { template } },
  ]
  for (const manifest of manifests) expect(await scenario.apply(manifest)).toMatchObject({ status: 201 })
  await scenario.condition('WorkspaceReady', { status: 'True' }, 'served')
  await scenario.condition('WorkspaceReady', { status: 'True' }, 'templated')
})
afterAll(() => scenario.bed.stop())

const read = async (path: string) => JSON.parse((await scenario.bed.kube.ask(path)).text)
const change = (name: Subject, patch: object) => scenario.bed.kube.mergePatch(`${WORKSPACES}/${name}`, patch)

const EFFECTS: Record<Effect, (field: string, change: Change) => Promise<void>> = {
  async refused(_field, { of, patch, says }) {
    const { status, text } = await change(of, patch)
    expect({ status, text }).toMatchObject({ status: 422 })
    expect(says).toBeDefined()
    expect(JSON.parse(text).message).toMatch(says ?? /^$/)
  },
  async 'rolling update'(_field, { of, patch }) {
    const path = `${DEPLOYMENTS}/${of}`
    const before = await read(path)
    expect((await change(of, patch)).status).toBe(200)
    await until('the Deployment is rendered anew, by one write', async () => {
      const { metadata, spec } = await read(path)
      const isOther = JSON.stringify(spec) !== JSON.stringify(before.spec)
      return (
        isOther &&
        metadata.uid === before.metadata.uid &&
        metadata.generation <= before.metadata.generation + WRITES_OF_A_ROLLOUT
      )
    })
  },
  async 'what comes'(_field, { of, patch }) {
    const [before, deployment] = [await read(`${WORKSPACES}/${of}`), await read(`${DEPLOYMENTS}/served`)]
    expect((await change(of, patch)).status).toBe(200)
    await until('the new generation is judged', async () => {
      const { metadata, status } = await read(`${WORKSPACES}/${of}`)
      return metadata.generation > before.metadata.generation && status.observedGeneration === metadata.generation
    })
    expect((await read(`${WORKSPACES}/${of}`)).status.state).toBe(before.status.state)
    expect((await read(`${DEPLOYMENTS}/served`)).metadata.generation).toBe(deployment.metadata.generation)
  },
  async 'the Service'(_field, { of, patch }) {
    expect((await read(SERVICE)).spec.type).toBe('ClusterIP')
    expect((await change(of, patch)).status).toBe(200)
    await until('the Service has the other type', async () => (await read(SERVICE)).spec.type === 'LoadBalancer')
  },
  async 'no effect'(_field, { of, patch }) {
    const [before, deployment] = [await read(`${WORKSPACES}/${of}`), await read(`${DEPLOYMENTS}/${of}`)]
    expect((await change(of, patch)).status).toBe(200)
    const after = await read(`${WORKSPACES}/${of}`)
    expect(after.metadata.generation).toBe(before.metadata.generation)
    expect((await read(`${DEPLOYMENTS}/${of}`)).metadata.generation).toBe(deployment.metadata.generation)
  },
}

function isEffect(text: string): text is Effect {
  return text in EFFECTS
}

/** The table as users read it: a row without a change here, or a change without its row, fails. */
function documented(): [field: string, effect: Effect][] {
  const page = readFileSync(new URL('../../docs/workspace.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('## Changing one'), page.indexOf('- **refused**'))
  return [...table.matchAll(/^\| (`.*?) \| (.*) \|$/gm)].map(([, field = '', effect = '']) => {
    if (!isEffect(effect)) throw new Error(`no test knows the effect "${effect}" of ${field}`)
    return [field.replaceAll('`', ''), effect]
  })
}

test('every documented change is tried here, and no other', () => {
  expect(documented().map(([field]) => field)).toEqual(Object.keys(CHANGES))
})

test.each(documented())('%s, when it changes: %s', async (field, effect) => {
  const changed = CHANGES[field]
  if (!changed) throw new Error(`no change of ${field} is tried`)
  await EFFECTS[effect](field, changed)
})
