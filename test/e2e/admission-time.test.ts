import { afterAll, beforeAll, expect, test } from 'vitest'
import { createManifest } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { workspaceManifest } from '../integration/scenario.ts'

const CREATES = 200
const GOAL_MS = 5
/** What the API server says of the time it spends on policies, and on expressions in definitions and policies alike. */
const MEASURES = {
  policies:
    /^apiserver_admission_controller_admission_duration_seconds_sum\{name="ValidatingAdmissionPolicy",operation="CREATE"/,
  expressions: /^apiserver_cel_evaluation_duration_seconds_sum\b/,
}

let bed: TestBed

beforeAll(async () => {
  bed = await startTestBed()
})
afterAll(() => bed.stop())

async function secondsOf(measure: RegExp): Promise<number> {
  const { text } = await bed.kube.ask('/metrics')
  const values = text.split('\n').flatMap((line) => (measure.test(line) ? [Number(line.split(' ').at(-1))] : []))
  return values.reduce((sum, value) => sum + value, 0)
}

test('what the admission of a Workspace costs is told beside its goal', async () => {
  const before = { policies: await secondsOf(MEASURES.policies), expressions: await secondsOf(MEASURES.expressions) }
  for (let index = 0; index < CREATES; index++) {
    const { status } = await createManifest(bed.kube, workspaceManifest(`metadata: { name: measured-${index} }`))
    expect(status).toBe(201)
  }
  const msEach = async (name: keyof typeof MEASURES) => {
    return (((await secondsOf(MEASURES[name])) - before[name]) * 1_000) / CREATES
  }
  const [policies, expressions] = [await msEach('policies'), await msEach('expressions')]
  process.stdout.write(
    `admission of a Workspace: policies ${policies.toFixed(2)} ms, all expressions ${expressions.toFixed(2)} ms, goal ${GOAL_MS} ms\n`,
  )
  expect(policies).toBeGreaterThan(0)
})
