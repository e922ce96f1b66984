import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { ControlPlaneAccess } from '../control-plane/control-plane.ts'
import { planeOfWorker } from '../control-plane/shared-planes.ts'
import { createKubectl } from '../harness/kubectl.ts'
import { readManifests } from '../harness/manifests.ts'
import { type ProgramResult, runProgram } from '../harness/run-program.ts'
import { filledIn } from '../harness/supplies/filled-in.ts'
import { FOR_CLUSTER, template } from './rendered-chart.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGES = globSync('docs/*.md', { cwd: ROOT })
/** What a reader has set before, with values of the right form. */
const VARIABLES = {
  SUBSCRIPTION_ID: '00000000-0000-0000-0000-000000000001',
  TENANT_ID: '00000000-0000-0000-0000-000000000002',
  CLIENT_ID: '00000000-0000-0000-0000-000000000003',
  RESOURCE_GROUP: 'kaito',
  CLUSTER: 'kaito',
  LOCATION: 'eastus',
  REGISTRY: 'registry.example.com',
}

/** Nothing has the name of an example there. */
const NAMESPACE = 'examples'
const FILL_INS = { registry: VARIABLES.REGISTRY, pushSecret: 'registry-push' }

let plane: ControlPlaneAccess
let folder: string
let kubectl: ReturnType<typeof createKubectl>

beforeAll(async () => {
  plane = await planeOfWorker()
  folder = await mkdtemp(join(tmpdir(), 'kaito-docs-'))
  kubectl = createKubectl({ kubeconfigPath: plane.kubeconfigPath, folder })
  await kubectl(['create', 'namespace', NAMESPACE])
})
afterAll(async () => {
  await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false'])
  await rm(folder, { recursive: true })
})

const blocksOf = (page: string, language: string) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm)].flatMap(
    ([, name, text = '']) => (name === language ? [text] : []),
  )

/** `helm install …` with all its lines, for each one on the pages. */
const installs = PAGES.flatMap((page) =>
  blocksOf(page, 'sh').flatMap((block) =>
    [...block.matchAll(/^helm install (?:.*\\\n)*.*$/gm)].map(([command]): [string, string] => [page, command]),
  ),
)
const inYaml = PAGES.flatMap((page) => blocksOf(page, 'yaml').map((text): [string, string] => [page, text]))
const isManifest = ([, text]: [string, string]) => /^apiVersion:/m.test(text)
const manifests = inYaml.filter(isManifest)
/** Values of the chart workspace. */
const values = inYaml.filter((block) => !isManifest(block))

function shell(script: string): Promise<ProgramResult> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    KUBECONFIG: plane.kubeconfigPath,
    HELM: plane.tools.helm,
    ...VARIABLES,
  }
  return runProgram('/bin/sh', ['-euc', script], { cwd: ROOT, env })
}

test('the pages have commands and manifests to check', () => {
  expect(installs.length).toBeGreaterThanOrEqual(4)
  expect(manifests.length).toBeGreaterThanOrEqual(3)
  expect(values.length).toBeGreaterThanOrEqual(1)
})

test.each(installs)('%s: the API server takes what this renders: %s', async (_page, command) => {
  const rendered = await shell(command.replace(/^helm install/, `"$HELM" template ${FOR_CLUSTER.join(' ')}`))
  expect(rendered, rendered.err).toMatchObject({ code: 0 })
  const asked = await kubectl(['apply', '--dry-run=server', '-f', '-'], { input: rendered.out })
  expect(asked, asked.err).toMatchObject({ code: 0 })
})

test.each(values)('%s: the chart takes these values', async (_page, text) => {
  const file = join(folder, 'values.yaml')
  await writeFile(file, text)
  const rendered = await template('workspace', ['--values', file])
  expect(rendered, rendered.err).toMatchObject({ code: 0 })
})

test.each(manifests)('%s: the API server takes this manifest', async (_page, text) => {
  const asked = await kubectl(['apply', '--dry-run=server', '-f', '-'], { input: text })
  expect(asked, asked.err).toMatchObject({ code: 0 })
})

const PROVISIONER = 'deploy/examples/*-provisioner/**'

test.each(globSync(PROVISIONER.replace('**', '*.yaml'), { cwd: ROOT }))('the API server takes %s', async (path) => {
  const manifests = await readManifests(path)
  // Nothing is stored, so what lies in a namespace that comes with them is sent to one that is there.
  const input = manifests.map(({ metadata: { namespace: _, ...metadata }, ...manifest }) =>
    stringify({ ...manifest, metadata }),
  )
  const asked = await kubectl(['apply', '--dry-run=server', '--namespace', NAMESPACE, '-f', '-'], {
    input: input.join('---\n'),
  })
  expect(asked, asked.err).toMatchObject({ code: 0 })
})

const EXAMPLES = globSync('deploy/examples/**/*.yaml', { cwd: ROOT, exclude: [PROVISIONER] })

test.each(EXAMPLES)('the API server takes %s', async (path) => {
  const manifests = (await readManifests(path)).map((manifest) => filledIn(manifest, FILL_INS))
  const input = manifests.map((manifest) => stringify(manifest)).join('---\n')
  const asked = await kubectl(['apply', '--dry-run=server', '--namespace', NAMESPACE, '-f', '-'], { input })
  expect(asked, asked.err).toMatchObject({ code: 0 })
})
