import { expect, test } from 'vitest'
import type { Pod } from '../../objects/pod.ts'
import type { Job } from '../../objects/workloads.ts'
import { aPod } from '../../testing/objects.ts'
import { indexAnnotation, type JobPlan, planJob } from './plan.ts'
import { reportJob } from './report.ts'

const CREATED = Date.parse('2026-01-01T00:00:00Z')

function aJob(spec: Partial<Job['spec']> = {}, status?: Job['status']): Job {
  const defaults = { template: { spec: { containers: [] } }, completions: 1, parallelism: 1 }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    spec: { ...defaults, ...spec },
    ...(status ? { status } : {}),
  }
}

function pod(
  phase: string,
  { name = phase, exitCode = 1, index }: { name?: string; exitCode?: number; index?: number } = {},
): Pod {
  const time = '2026-01-01T00:00:00Z'
  const terminated = { exitCode, reason: 'Error', startedAt: time, finishedAt: time }
  const container = {
    name: 'main',
    image: 'x',
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    lastState: {},
  }
  const annotations = index === undefined ? {} : indexAnnotation(index)
  const containerStatuses = [{ ...container, state: phase === 'Failed' ? { terminated } : {} }]
  return aPod({ metadata: { name, annotations }, status: { phase, containerStatuses } })
}

function shown({ actions, verdict, revisitMs }: JobPlan): string {
  const acts = actions.map((a) => {
    if (a.do === 'create') return a.index === undefined ? 'create' : `create ${a.index}`
    return a.do === 'deletePod' ? `delete ${a.pod.metadata.name}` : 'expire'
  })
  return [
    ...acts,
    ...(verdict ? [verdict.reason] : []),
    ...(revisitMs === undefined ? [] : [`in ${revisitMs / 1000}s`]),
  ].join(', ')
}

const failJob = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] }
const ignore = { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [42] } }] }
const complete = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] }
const anyOf = (parallelism: number): Job => {
  const { completions: _none, ...spec } = aJob({ parallelism }).spec
  return { ...aJob(), spec }
}

test.each<[rule: string, job: Job, pods: Pod[], elapsedSeconds: number, does: string]>([
  ['starts a pod', aJob(), [], 0, 'create'],
  ['waits for its pod', aJob(), [pod('Running')], 0, ''],
  ['is complete when its pod has succeeded', aJob(), [pod('Succeeded')], 0, 'CompletionsReached'],
  ['runs as many at once as asked', aJob({ completions: 5, parallelism: 2 }), [], 0, 'create, create'],
  [
    'runs no more than are left to do',
    aJob({ completions: 3, parallelism: 3 }),
    [pod('Succeeded'), pod('Running')],
    0,
    'create',
  ],
  ['ends surplus pods', aJob(), [pod('Running', { name: 'a' }), pod('Running', { name: 'b' })], 0, 'delete b'],
  ['pauses after a failure', aJob(), [pod('Failed')], 3, 'in 7s'],
  ['tries again after the pause', aJob(), [pod('Failed')], 10, 'create'],
  ['doubles the pause', aJob(), [pod('Failed', { name: 'a' }), pod('Failed', { name: 'b' })], 10, 'in 10s'],
  ['fails at once without retries', aJob({ backoffLimit: 0 }), [pod('Failed')], 0, 'BackoffLimitExceeded'],
  [
    'fails at its deadline and ends its pods',
    aJob({ activeDeadlineSeconds: 5 }, { startTime: '2026-01-01T00:00:00Z' }),
    [pod('Running')],
    5,
    'delete Running, DeadlineExceeded',
  ],
  [
    'looks again at its deadline',
    aJob({ activeDeadlineSeconds: 5 }, { startTime: '2026-01-01T00:00:00Z' }),
    [pod('Running')],
    2,
    'in 3s',
  ],
  [
    'fails by policy on an exit code',
    aJob({ podFailurePolicy: failJob }),
    [pod('Failed', { exitCode: 42 })],
    0,
    'PodFailurePolicy',
  ],
  [
    'does not count an ignored failure',
    aJob({ backoffLimit: 0, podFailurePolicy: ignore }),
    [pod('Failed', { exitCode: 42 })],
    0,
    'create',
  ],
  ['ends its pods while suspended', aJob({ suspend: true }), [pod('Running')], 0, 'delete Running'],
  [
    'does every index once',
    aJob({ completions: 3, parallelism: 3, completionMode: 'Indexed' }),
    [pod('Succeeded', { index: 1 })],
    0,
    'create 0, create 2',
  ],
  ['needs one success when it has no number of completions', anyOf(2), [pod('Succeeded')], 0, 'CompletionsReached'],
  ['starts nothing new after the first success of a work queue', anyOf(3), [pod('Succeeded'), pod('Running')], 0, ''],
  ['rests when it is finished', aJob({}, complete), [], 0, ''],
  ['waits for its end of life', aJob({ ttlSecondsAfterFinished: 60 }, complete), [], 20, 'in 40s'],
  ['goes at its end of life', aJob({ ttlSecondsAfterFinished: 60 }, complete), [], 60, 'expire'],
])('%s', (_rule, job, pods, elapsedSeconds, does) => {
  expect(shown(planJob({ job, pods, nowMs: CREATED + elapsedSeconds * 1000 }))).toBe(does)
})

test('counts a pod that its Job ends, though it is gone before the count', () => {
  const job = aJob({ activeDeadlineSeconds: 5 }, { startTime: '2026-01-01T00:00:00Z' })
  const plan = planJob({ job, pods: [pod('Pending')], nowMs: CREATED + 5000 })
  expect(reportJob({ job, pods: [], nowMs: CREATED + 5000 }, plan, '2026-01-01T00:00:05Z')).toMatchObject({
    failed: 1,
    conditions: [{ type: 'FailureTarget' }, { type: 'Failed' }],
  })
})
