import { type Workspace, workspaceFaults } from '@kaito/api'
import { catalogueFaults } from '@kaito/presets'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderOf } from '../../packages/workspace-controller/src/workspace/order-of.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { type GeneratedWorkspace, generatedWorkspaces } from './generated-workspaces.ts'
import { hostileWorkspaces } from './hostile-workspaces.ts'

const CASES = Number(process.env.WORKSPACE_CASES ?? 2_000)
const SEED = Number(process.env.WORKSPACE_SEED ?? 20_260)
const TIMEOUT_MS = 300_000
const SETTINGS = {
  presetRegistry: 'registry.example.com/kaito',
  maxNodesPerWorkspace: 16,
  tuningToolsImage: 'registry.example.com/tuning-tools:1',
  tuningBaseImage: 'registry.example.com/base:1',
  tuningStartPatienceMs: 7_200_000,
  tuningAllowedAddresses: '',
  adapterImageVolumes: false,
  tolerations: [],
}
const DRY_RUN = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces?dryRun=All&fieldValidation=Strict'
/** What only the server sees: the controller gets objects that lost these fields. */
const SERVER_ONLY = 'unknown field'

let bed: TestBed

beforeAll(async () => {
  bed = await startTestBed({ cluster: { kubelet: false } })
})
afterAll(() => bed.stop())

// biome-ignore lint/suspicious/noExplicitAny: what a stranger sends has no type.
function faultsOf(object: any): string[] {
  const structural = workspaceFaults(object)
  return structural.length > 0 ? structural.map(said) : [...foreignClass(object), ...catalogueFaults(object).map(said)]
}

/** Where nodes come from the gpu-provisioner; the controller says it when a node is asked for. */
function foreignClass({ resource: { nodeClassRef } }: Workspace): string[] {
  const isOurs = nodeClassRef?.group === 'kaito.sh' && nodeClassRef.kind === 'AgentPoolClass'
  return nodeClassRef === undefined || isOurs ? [] : ['resource.nodeClassRef: another kind']
}

function said({ path, message }: { path: string; message: string }): string {
  return `${path}: ${message}`
}

async function judge({ manifest }: GeneratedWorkspace): Promise<'accepted' | 'refused'> {
  const { status, text } = await bed.kube.ask(DRY_RUN, { method: 'POST', body: manifest })
  const answer = JSON.parse(text)
  if (status === 201) {
    expect(faultsOf(answer), 'accepted by the server').toEqual([])
    expect(() => orderOf(answer, SETTINGS)).not.toThrow()
    return 'accepted'
  }
  expect([400, 422], text).toContain(status)
  expect(answer.message).toMatch(/\b(resource|inference|tuning|metadata)\b/)
  const isServerOnly = status === 400 && answer.message.includes(SERVER_ONLY)
  if (!isServerOnly) expect(faultsOf(manifest), `refused by the server: ${answer.message}`).not.toEqual([])
  return 'refused'
}

test(
  'rows 65, 73, 87: the API server and the controller agree on every generated manifest',
  async () => {
    const answers = { accepted: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(generatedWorkspaces, async (generated) => {
        answers[await judge(generated)] += 1
      }),
      { numRuns: CASES, seed: SEED },
    )
    expect(Math.min(answers.accepted, answers.refused)).toBeGreaterThan(CASES / 10)
  },
  TIMEOUT_MS,
)

/** What ends nowhere: names of preferred nodes are only compared with those that there are, and no label value is nothing. */
const INERT = /^resource\.preferredNodes\[0\]|^resource\.labelSelector\.matchLabels\.apps ""/

test('row 65: a text that would break out somewhere is refused in every string of a Workspace', async () => {
  const accepted: string[] = []
  for (const generated of hostileWorkspaces()) {
    const { path, kind } = generated.mutation
    if ((await judge(generated)) === 'accepted') accepted.push(`${path} ${JSON.stringify(kind)}`)
  }
  expect(accepted.filter((where) => !INERT.test(where))).toEqual([])
  expect(accepted.length).toBeGreaterThan(0)
})
