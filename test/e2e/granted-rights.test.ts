import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Chart } from './charts.ts'
import { covers, type Grant, grantsOf, needs, printed, type TracedRequest, tracedRequests } from './granted-rights.ts'
import { done } from './installation.ts'
import { template } from './rendered-chart.ts'

const CONTROLLERS = [
  ['workspace', 'workspace-controller'],
  ['gpu-provisioner', 'gpu-provisioner'],
] as const satisfies [Chart, string][]

/** Namespaces into which any test of the run installs a chart. */
const RELEASE_NAMESPACES = ['kaito-workspace', 'gpu-provisioner', 'models']

/** Settings by which the rights of a chart differ; tests of the run use all of them. */
const WAYS: Record<Chart, string[][]> = {
  workspace: [
    [],
    ['--set', 'nodes.provisioner=nodeclaim'],
    ['--set', 'nodes.provisioner=nodeclaim,nodes.profile=karpenter-kwok'],
    ['--set', 'nodes.provisioner=nodepool,nodes.profile=karpenter-kwok'],
    ['--set', 'nodes.provisioner=nodeclaim,nodes.profile=karpenter-aws'],
  ],
  'gpu-provisioner': [[]],
}

/** Rights that no request of a run has to show, each with the reason why it is granted nevertheless. */
const EXCEPTIONS: Record<string, string> = {
  'patch events cluster': 'an event that repeats is counted up after a minute, and no test of the run waits that long',
  'patch configmaps gpu-provisioner-deletions namespace':
    'the report of held deletions is written anew when other deletions are held, which only unit tests make happen',
}

const trace: TracedRequest[] = []
const grants = new Map<Chart, Grant[]>()

beforeAll(async () => {
  const folder = process.env.E2E_FOLDER ?? ''
  const logs = (await readdir(folder)).filter((file) => /^audit-.*\.log$/.test(file))
  for (const file of logs) trace.push(...tracedRequests(await readFile(join(folder, file), 'utf8')))
  for (const [chart] of CONTROLLERS) {
    const granted = await Promise.all(WAYS[chart].map(async (way) => grantsOf(done(await template(chart, way)))))
    grants.set(chart, granted.flat())
  }
})

describe.each(CONTROLLERS)('the chart %s', (chart, controller) => {
  const granted = () => grants.get(chart) ?? []
  const requests = () => trace.filter((request) => request.controller === controller)

  test('grants every right that its controller asked for', () => {
    expect(requests().length).toBeGreaterThan(100)
    const missing = requests().filter(
      (request) => !granted().some((grant) => covers(grant, request, RELEASE_NAMESPACES)),
    )
    expect([
      ...new Set(missing.map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace} ${name}`)),
    ]).toEqual([])
  })

  test('grants no right that its controller never used', () => {
    const allowed = requests().filter((request) => request.allowed)
    const unused = granted().filter((grant) => !allowed.some((request) => needs(grant, request, RELEASE_NAMESPACES)))
    expect(unused.map(printed).filter((right) => EXCEPTIONS[right] === undefined)).toEqual([])
  })
})

test('no exception is left for a right that no chart grants', () => {
  const rights = [...grants.values()].flat().map(printed)
  expect(Object.keys(EXCEPTIONS).filter((right) => !rights.includes(right))).toEqual([])
})
