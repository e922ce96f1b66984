import type { Job, Pod } from '@kaito/controller-kit'
import { describe, expect, test } from 'vitest'
import { endingPatch } from './job-end.ts'
import {
  AGAIN,
  aJob,
  aPod,
  at,
  type Condition,
  done,
  ended,
  failing,
  initializing,
  logs,
  look,
  MINUTE,
  type PodParts,
  running,
  type State,
  type Status,
} from './testing/tuning-pods.ts'
import type { TuningProgress } from './tuning-progress.ts'

test.each<[what: string, job: Job | undefined, pods: Pod[], reason: string, message: string, state: string]>([
  ['no Job', undefined, [], 'TuningPending', 'the tuning waits for its nodes', 'Pending'],
  ['no Pod', aJob(), [], 'TuningPending', 'the Job has no Pod yet', 'Pending'],
  [
    'a Pod in which nothing has run',
    aJob(),
    [aPod([{ waiting: { reason: 'PodInitializing' } }])],
    'TuningPending',
    'the Pod gets its place on a node and the image of its first container',
    'Pending',
  ],
  [
    'a download',
    aJob(),
    [aPod([running])],
    'TuningDownloading',
    `the training data is loaded; ${logs('data-downloader')}`,
    'Running',
  ],
  [
    'an image that is copied',
    aJob(),
    [aPod([running], { source: 'data-extractor' })],
    'TuningDownloading',
    `the training data is loaded; ${logs('data-extractor')}`,
    'Running',
  ],
  [
    'a trainer whose image is pulled',
    aJob(),
    [aPod([done])],
    'TuningTraining',
    `the model is trained; ${logs('trainer')}`,
    'Running',
  ],
  [
    'a trainer',
    aJob(),
    [aPod([done, running])],
    'TuningTraining',
    `the model is trained; ${logs('trainer')}`,
    'Running',
  ],
  [
    'a packer',
    aJob(),
    [aPod([done, done, running])],
    'TuningPacking',
    `the result is packed as the layer of an image; ${logs('packer')}`,
    'Running',
  ],
  [
    'a pusher',
    aJob(),
    [aPod([done, done, done, running], { status: { phase: 'Running' } })],
    'TuningPushing',
    `the result is pushed as registry.example/out:1; ${logs('pusher')}`,
    'Running',
  ],
  [
    'a Pod that has ended, of a Job that has not',
    aJob(),
    [aPod([done, done, done, done], { status: { phase: 'Succeeded' } })],
    'TuningPushing',
    `the result is pushed as registry.example/out:1; ${logs('pusher')}`,
    'Running',
  ],
  [
    'a Pod that is deleted when all is done',
    aJob(),
    [aPod([done, done, done, done], { status: { phase: 'Running' }, metadata: { deletionTimestamp: at(0) } })],
    'TuningPushing',
    `the result is pushed as registry.example/out:1; ${logs('pusher')}`,
    'Running',
  ],
  [
    'a third try that waits',
    aJob({ failed: 2 }),
    [aPod([])],
    'TuningPending',
    'the Pod gets its place on a node and the image of its first container; this is try 3 of 4, from the beginning, since the Pod before was lost',
    'Running',
  ],
  [
    'a container of somebody else',
    aJob(),
    [aPod([running], { source: 'istio-init' })],
    'TuningPending',
    `container istio-init runs; ${logs('istio-init')}`,
    'Running',
  ],
  [
    'a second try',
    aJob({ failed: 1 }),
    [
      aPod([done, running]),
      aPod([done, failing(137)], { status: { phase: 'Failed' }, metadata: { creationTimestamp: at(90) } }),
    ],
    'TuningTraining',
    `the model is trained; this is try 2 of 4, from the beginning, since the Pod before was lost; ${logs('trainer')}`,
    'Running',
  ],
  [
    'a Job that is complete',
    aJob({ active: 0, succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }),
    [],
    'TuningSucceeded',
    'the result was pushed as registry.example/out:1',
    'Succeeded',
  ],
])('%s is told', (_what, job, pods, reason, message, state) => {
  const { started, done: whole, state: told } = look(job, pods)
  expect({ reason: whole.reason, message: whole.message, state: told }).toEqual({ reason, message, state })
  expect(whole.isTrue).toBe(state === 'Succeeded')
  expect(started).toEqual({ isTrue: state !== 'Pending', reason, message })
})

test('Pods of an earlier Job of the same name are not looked at', () => {
  const [reference] = aPod([]).metadata.ownerReferences ?? []
  const ownerReferences = [{ ...reference, apiVersion: 'batch/v1', kind: 'Job', name: 'ws', uid: 'other' }]
  expect(look(aJob(), [aPod([done, running], { metadata: { ownerReferences } })]).done.message).toBe(
    'the Job has no Pod yet',
  )
})

const pull = (reason: string): State => ({ waiting: { reason, message: 'not found' } })
const young = { metadata: { creationTimestamp: at(0.5) }, status: { conditions: [] } }
const unplaced = (minutesAgo: number): PodParts => {
  const condition: Condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }
  const conditions = [{ ...condition, lastTransitionTime: at(minutesAgo) }]
  const status: Partial<Status> = { conditions, initContainerStatuses: [], containerStatuses: [] }
  return { metadata: { creationTimestamp: at(minutesAgo) }, status }
}

describe('what keeps a Pod from its start', () => {
  test('is told as of every Pod, in words that stay', () => {
    const pod = aPod([pull('ErrImagePull')], young)
    const told = look(aJob(), [pod])
    const what = 'Pod ws-abcde: the image cannot be pulled (image registry.example/tuning-tools:1)'
    const message = `${what}: not found; "kubectl describe pod ws-abcde -n default" says more`
    expect(told.done).toEqual({ isTrue: false, reason: 'ImagePullError', message })
    const before = { reason: 'ImagePullError', message }
    const silent = aPod([{ waiting: { reason: 'ImagePullBackOff' } }], young)
    expect(look(aJob(), [silent], { before }).done.message).toBe(message)
  })

  test('is a node only after a while', () => {
    expect(look(aJob(), [aPod([], unplaced(0.5))])).toMatchObject({
      done: { reason: 'TuningPending' },
      revisitAfterMs: MINUTE,
    })
    expect(look(aJob(), [aPod([], unplaced(5))]).done.reason).toBe('Unschedulable')
  })
})

describe('a Job that cannot start ends', () => {
  const waits = (minutes: number, state: State): Pick<TuningProgress, 'revisitAfterMs' | 'endBecause'> => {
    const conditions: Condition[] = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(minutes) }]
    const parts = { metadata: { creationTimestamp: at(500) }, status: { conditions } }
    const { revisitAfterMs, endBecause } = look(aJob(), [aPod([state], parts)])
    return { ...(revisitAfterMs !== undefined && { revisitAfterMs }), ...(endBecause !== undefined && { endBecause }) }
  }
  const WHY = 'Pod ws-abcde: the image cannot be pulled (image registry.example/tuning-tools:1): not found'

  test.each<[what: string, minutes: number, state: State, told: ReturnType<typeof waits>]>([
    ['not while a pull fails for minutes', 29, pull('ErrImagePull'), { revisitAfterMs: MINUTE }],
    [
      'when a pull fails for half an hour',
      30,
      pull('ImagePullBackOff'),
      { endBecause: `container data-downloader did not start within 30 minutes: ${WHY}` },
    ],
    ['not while an image is pulled', 119, initializing, { revisitAfterMs: MINUTE }],
    [
      'when nothing happens for two hours',
      120,
      initializing,
      { endBecause: 'container data-downloader did not start within 120 minutes' },
    ],
    ['never while its container runs', 300, running, {}],
  ])('%s', (_what, minutes, state, told) => expect(waits(minutes, state)).toEqual(told))

  test('counted from the end of the step before', () => {
    const later = aPod([done, pull('ErrImagePull')], { metadata: { creationTimestamp: at(500) } })
    expect(look(aJob(), [later]).endBecause).toContain('container trainer did not start within 30 minutes')
    const soon: State = { terminated: { exitCode: 0, finishedAt: at(10) } }
    const sooner = aPod([soon, pull('ErrImagePull')], { metadata: { creationTimestamp: at(500) } })
    expect(look(aJob(), [sooner])).toMatchObject({ revisitAfterMs: 20 * MINUTE })
  })

  test('never for want of a node', () => {
    expect(look(aJob(), [aPod([], unplaced(500))])).not.toHaveProperty('endBecause')
  })

  test('once', () => {
    const stuck = aPod([pull('ErrImagePull')], { metadata: { creationTimestamp: at(500) } })
    expect(look(aJob(), [stuck])).toHaveProperty('endBecause')
    const { metadata } = endingPatch('a reason') as { metadata: Pick<Job['metadata'], 'annotations'> }
    expect(look(aJob({}, metadata.annotations), [stuck])).not.toHaveProperty('endBecause')
  })

  test('and keeps why', () => {
    const { metadata, spec } = endingPatch('a reason') as {
      metadata: Pick<Job['metadata'], 'annotations'>
      spec: object
    }
    expect(spec).toEqual({ activeDeadlineSeconds: 1 })
    const status = ended('DeadlineExceeded', 'Job was active longer than specified deadline')
    expect(look(aJob(status, metadata.annotations), []).done.message).toBe(`a reason; ${AGAIN}`)
    expect(look(aJob(status), []).done.message).toBe(
      `the Job took longer than its activeDeadlineSeconds allows; ${AGAIN}`,
    )
  })
})

test('the report of a failing push stays the same', () => {
  const pushing = (restarts: number) => {
    const pod = aPod([done, done, done, running], { status: { phase: 'Running' } })
    const statuses = (pod.status?.containerStatuses ?? []).map((one) => ({
      ...one,
      restartCount: restarts,
      ready: true,
    }))
    return look(aJob(), [{ ...pod, status: { ...pod.status, containerStatuses: statuses } }])
  }
  expect(pushing(3)).toEqual(pushing(0))
})
