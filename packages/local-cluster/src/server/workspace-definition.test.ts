import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { RawAnswer } from '../testing/raw-client.ts'
import { metadataOf, serveCluster } from '../testing/served-cluster.ts'
import { DEFINITIONS } from '../testing/widgets.ts'

const DEFINITION = join(import.meta.dirname, '../../../../crds/kaito.sh_workspaces.yaml')
const OLDER = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces'
const NEWER = '/apis/kaito.sh/v1beta1/namespaces/default/workspaces'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

const A100 = 'Standard_NC24ads_A100_v4'
const image = 'registry.example/out:1'
const served = {
  resource: { instanceType: A100, labelSelector: { matchLabels: { apps: 'phi-3' } } },
  inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
}
const tuned = {
  resource: served.resource,
  tuning: {
    preset: { name: 'phi-3-mini-4k-instruct' },
    method: 'lora',
    input: { name: 'data', urls: ['https://example.com/data.parquet'] },
    output: { image, imagePushSecret: 'push' },
  },
}

const cluster = serveCluster()
beforeAll(async () => {
  await cluster.create(DEFINITIONS, parse(await readFile(DEFINITION, 'utf8')))
})

const workspace = (name: string, parts: object, version = 'v1alpha1') => ({
  apiVersion: `kaito.sh/${version}`,
  kind: 'Workspace',
  metadata: { name },
  ...parts,
})

test('a Workspace is found in both versions by discovery', async () => {
  const group = await cluster.send('GET', '/apis/kaito.sh')
  expect(group.body).toMatchObject({
    versions: [{ version: 'v1beta1' }, { version: 'v1alpha1' }],
    preferredVersion: { version: 'v1beta1' },
  })
  for (const version of ['v1alpha1', 'v1beta1']) {
    const { body } = await cluster.send('GET', `/apis/kaito.sh/${version}`)
    expect(body).toMatchObject({
      groupVersion: `kaito.sh/${version}`,
      resources: [
        { name: 'workspaces', kind: 'Workspace', shortNames: ['wk', 'wks'] },
        { name: 'workspaces/status', kind: 'Workspace' },
      ],
    })
  }
})

test('one that is written in one version is read, listed, changed and printed in the other', async () => {
  const written = await cluster.create(NEWER, workspace('newer', served, 'v1beta1'))
  const { uid } = metadataOf(written)
  expect(written.body).toMatchObject({ apiVersion: 'kaito.sh/v1beta1', resource: { count: 1 } })
  const read = await cluster.send('GET', `${OLDER}/newer`)
  expect(read.body).toMatchObject({ apiVersion: 'kaito.sh/v1alpha1', metadata: { uid }, resource: { count: 1 } })
  const told = await cluster.mergePatch(`${OLDER}/newer/status`, { status: { state: 'Ready', targetNodeCount: 1 } })
  expect(told.code, JSON.stringify(told.body)).toBe(200)
  const listed = await cluster.send('GET', NEWER)
  expect(listed.body).toMatchObject({
    apiVersion: 'kaito.sh/v1beta1',
    items: [{ apiVersion: 'kaito.sh/v1beta1', metadata: { uid }, status: { state: 'Ready' } }],
  })
  for (const path of [OLDER, NEWER]) {
    const { body } = await cluster.send('GET', path, { accept: TABLE })
    expect(columnsOf(body)).toMatchObject({
      Name: 'newer',
      Instance: A100,
      State: 'Ready',
      Nodes: 1,
      Preset: 'phi-3-mini-4k-instruct',
    })
  }
})

/** Name and cell of each column of the first row. */
function columnsOf(body: unknown): Record<string, unknown> {
  const { columnDefinitions, rows } = body as { columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] }
  return Object.fromEntries(columnDefinitions.map(({ name }, index) => [name, rows[0]?.cells[index]]))
}

interface Change {
  of: object
  patch: object
}

const resource = (patch: object): Change => ({ of: served, patch: { resource: patch } })
const inference = (patch: object): Change => ({ of: served, patch: { inference: patch } })
const tuning = (patch: object): Change => ({ of: tuned, patch: { tuning: patch } })
const sized = (parts: object): object => ({ ...served, resource: { ...served.resource, ...parts } })

let count = 0

async function changed({ of, patch }: Change): Promise<RawAnswer> {
  count += 1
  await cluster.create(OLDER, workspace(`changed-${count}`, of))
  return cluster.mergePatch(`${OLDER}/changed-${count}`, patch)
}

const kept = (field: string) => `resource.${field} cannot be changed; create another Workspace`
const ended = (field: string) => `tuning.${field} cannot be changed; delete this Workspace and create another`
const poolClass = { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'gpu' }
const template = { spec: { containers: [] } }

test.each<[what: string, change: Change, field: string, message: string]>([
  ['the count', resource({ count: 2 }), 'resource.count', kept('count')],
  ['the size', resource({ instanceType: 'Standard_NC6s_v3' }), 'resource.instanceType', kept('instanceType')],
  [
    'the first size, by leaving it out',
    { of: sized({ instanceTypes: ['other'] }), patch: { resource: { instanceType: null } } },
    'resource.instanceType',
    kept('instanceType'),
  ],
  ['more sizes', resource({ instanceTypes: ['Standard_NC6s_v3'] }), 'resource.instanceTypes', kept('instanceTypes')],
  [
    'the order of sizes',
    { of: sized({ instanceTypes: ['a', 'b'] }), patch: { resource: { instanceTypes: ['b', 'a'] } } },
    'resource.instanceTypes',
    kept('instanceTypes'),
  ],
  ['the kind of capacity', resource({ capacityType: 'spot' }), 'resource.capacityType', kept('capacityType')],
  ['a class', resource({ nodeClassRef: poolClass }), 'resource.nodeClassRef', kept('nodeClassRef')],
  [
    'another class',
    { of: sized({ nodeClassRef: poolClass }), patch: { resource: { nodeClassRef: { name: 'other' } } } },
    'resource.nodeClassRef',
    kept('nodeClassRef'),
  ],
  ['whose nodes', resource({ existingNodes: 'Never' }), 'resource.existingNodes', kept('existingNodes')],
  [
    'no longer all or nothing',
    { of: sized({ allOrNothing: true }), patch: { resource: { allOrNothing: null } } },
    'resource.allOrNothing',
    kept('allOrNothing'),
  ],
  [
    'the labels',
    resource({ labelSelector: { matchLabels: { apps: 'other' } } }),
    'resource.labelSelector',
    kept('labelSelector'),
  ],
  [
    'the purpose',
    { of: served, patch: { inference: null, tuning: tuned.tuning } },
    'inference',
    'a Workspace cannot change between inference and tuning; use another name, or delete this Workspace first',
  ],
  [
    'preset to template',
    inference({ preset: null, template }),
    'inference.template',
    'inference cannot change between preset and template; create another Workspace',
  ],
  ['what is tuned', tuning({ preset: { name: 'phi-3-mini-128k-instruct' } }), 'tuning.preset', ended('preset')],
  ['the method', tuning({ method: 'qlora' }), 'tuning.method', ended('method')],
  ['the data', tuning({ input: { name: null } }), 'tuning.input', ended('input')],
  ['the result', tuning({ output: { image: 'registry.example/out:2' } }), 'tuning.output', ended('output')],
])('refuses to change %s', async (_what, change, field, message) => {
  const { code, body } = await changed(change)
  expect([code, body]).toMatchObject([
    422,
    { details: { causes: [{ field, message: expect.stringContaining(message) }] } },
  ])
})

test.each<[what: string, change: Change]>([
  ['the nodes to use first', resource({ preferredNodes: ['aks-gpu-1'] })],
  ['the model', inference({ preset: { name: 'phi-3-mini-128k-instruct' } })],
  ['the image', inference({ preset: { accessMode: 'private', presetOptions: { image } } })],
  ['the adapters', inference({ adapters: [{ source: { name: 'a', image } }] })],
  [
    'a template',
    {
      of: { ...served, inference: { template } },
      patch: { inference: { template: { spec: { restartPolicy: null } } } },
    },
  ],
  ['the parameters of tuning', tuning({ config: 'mine' })],
  ['how long the Job stays', tuning({ ttlSecondsAfterFinished: 60 })],
])('takes a change of %s', async (_what, change) => {
  const { code, body } = await changed(change)
  expect(code, JSON.stringify(body)).toBe(200)
})
