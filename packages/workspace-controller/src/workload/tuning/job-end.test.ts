import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import {
  AGAIN,
  aJob,
  aPod,
  at,
  disrupted,
  done,
  ended,
  failing,
  logs,
  look,
  running,
  type State,
  type Status,
} from './testing/tuning-pods.ts'

const FIXED_INPUT = 'another tuning.input needs a new Workspace, since that of this one cannot be changed'
const POLICY = 'Container trainer for pod default/ws-abcde failed with exit code 1 matching FailJob rule at index 1'
const failedPod = (...states: State[]) => aPod(states, { status: { phase: 'Failed' } })

test.each<[what: string, pod: Pod, message: string]>([
  [
    'an address that is not allowed',
    failedPod(failing(66, 'the address https://data.example/a is not allowed (10.0.0.1): write another one')),
    `container data-downloader ended with exit code 66: the address https://data.example/a is not allowed (10.0.0.1): write another one; ${FIXED_INPUT}; ${logs('data-downloader')}`,
  ],
  [
    'an address that is not allowed, without a word',
    failedPod(failing(66)),
    `container data-downloader ended with exit code 66; see that all addresses of tuning.input.urls are outside of private networks; ${FIXED_INPUT}; ${logs('data-downloader')}`,
  ],
  [
    'data that never came',
    failedPod(failing(75)),
    `container data-downloader ended with exit code 75; see that the addresses of tuning.input.urls answer from inside of the cluster; ${logs('data-downloader')}`,
  ],
  [
    'an image without cp',
    aPod([failing(128, 'exec: "cp": executable file not found in $PATH', 'StartError')], {
      source: 'data-extractor',
      status: { phase: 'Failed' },
    }),
    `container data-extractor ended with exit code 128 (StartError): exec: "cp": executable file not found in $PATH; see that the image has cp and a directory /data that everybody may read; ${FIXED_INPUT}; ${logs('data-extractor')}`,
  ],
  [
    'a trainer with a stack trace',
    failedPod(done, failing(1, 'Traceback (most recent call last):\n  File "a"\nValueError: no column text\n')),
    `container trainer ended with exit code 1: ValueError: no column text; correct the settings of tuning.config or the data; ${logs('trainer')}`,
  ],
  [
    'too little GPU memory',
    failedPod(done, failing(1, 'torch.cuda.OutOfMemoryError: CUDA out of memory.')),
    `container trainer ended with exit code 1: torch.cuda.OutOfMemoryError: CUDA out of memory.; it needs more GPU memory: write a smaller per_device_train_batch_size into tuning.config, or a larger size into a new Workspace; ${logs('trainer')}`,
  ],
  [
    'too little memory',
    failedPod(done, failing(137, undefined, 'OOMKilled')),
    `container trainer ended with exit code 137 (OOMKilled); it needs a node with more memory: write a larger size into a new Workspace; ${logs('trainer')}`,
  ],
  [
    'a trainer without a result',
    failedPod(done, done, failing(65, 'there is no adapter to pack: adapter_config.json is missing')),
    `container packer ended with exit code 65: there is no adapter to pack: adapter_config.json is missing; ${logs('packer')}`,
  ],
  [
    'a registry that refuses',
    failedPod(done, done, done, failing(77, 'a:1 could not be pushed in 24 h (UNAUTHORIZED): correct the push Secret')),
    `container pusher ended with exit code 77: a:1 could not be pushed in 24 h (UNAUTHORIZED): correct the push Secret; ${logs('pusher')}`,
  ],
  [
    'a registry that refuses, without a word',
    failedPod(done, done, done, failing(77)),
    `container pusher ended with exit code 77; put credentials that may push into the Secret tuning.output.imagePushSecret; ${logs('pusher')}`,
  ],
  [
    'a name that no registry takes',
    failedPod(done, done, done, failing(64, '"a:1:2" is no name of an image: correct output.image')),
    `container pusher ended with exit code 64: "a:1:2" is no name of an image: correct output.image; another tuning.output needs a new Workspace, since that of this one cannot be changed; ${logs('pusher')}`,
  ],
  [
    'what nobody foresaw',
    failedPod(done, done, failing(1, 'pack failed: no space left on device')),
    `container packer ended with exit code 1: pack failed: no space left on device; ${logs('packer')}`,
  ],
  [
    'a trainer whose Pod somebody deletes later',
    aPod([done, failing(1)], { metadata: { deletionTimestamp: at(1) }, status: { phase: 'Failed' } }),
    `container trainer ended with exit code 1; correct the settings of tuning.config or the data; ${logs('trainer')}`,
  ],
  [
    'a Pod that somebody deletes',
    aPod([done, failing(143)], { metadata: { deletionTimestamp: at(1) }, status: { phase: 'Failed' } }),
    `container trainer was ended (exit code 143), since its Pod was deleted; ${logs('trainer')}`,
  ],
])('%s fails the tuning in the same words before and after its Job has', (_what, pod, message) => {
  const before = look(aJob(), [pod])
  expect(before).toMatchObject({ state: 'Failed', done: { isTrue: false, reason: 'TuningFailed' } })
  expect(before.done.message).toBe(`${message}; ${AGAIN}`)
  const after = look(aJob(ended('PodFailurePolicy', POLICY)), [pod])
  expect(after).toEqual(before)
})

test.each<[what: string, message: string, told: string]>([
  [
    'its exit code',
    POLICY,
    'container trainer ended with exit code 1; correct the settings of tuning.config or the data',
  ],
  [
    'that it was ended',
    POLICY.replace('code 1', 'code 137'),
    'container trainer ended with exit code 137; it was ended from outside, as when somebody deletes its Pod',
  ],
  ['what else it says', 'something new', 'the Job failed (PodFailurePolicy): something new'],
])('of a Pod that is gone the Job remembers %s', (_what, message, told) => {
  expect(look(aJob(ended('PodFailurePolicy', message)), [])).toMatchObject({
    state: 'Failed',
    started: { isTrue: true },
    done: { reason: 'TuningFailed', message: `${told}; ${AGAIN}` },
  })
})

const evicted = (states: State[], parts: Partial<Status> = {}) =>
  aPod(states, {
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: ephemeral-storage.',
      conditions: [disrupted('TerminationByKubelet', 'The node was low on resource')],
      ...parts,
    },
  })
const EVICTED = 'from node n1, Evicted: The node was low on resource: ephemeral-storage.'
const ANEW = 'the tuning starts again from the beginning'

test.each<[what: string, pod: Pod, reason: string, message: string]>([
  [
    'evicted while it trained',
    evicted([done, failing(137)]),
    'TuningPending',
    `Pod ws-abcde was taken away before the model was trained (${EVICTED}); ${ANEW}`,
  ],
  [
    'evicted while it pushed',
    evicted([done, done, done, failing(143)]),
    'TuningResultLost',
    `the model was trained, and the result was lost before it was pushed: Pod ws-abcde was taken away (${EVICTED}); ${ANEW}`,
  ],
  [
    'on a node that is lost',
    aPod([done, running], {
      metadata: { deletionTimestamp: at(1) },
      status: { conditions: [disrupted('DeletionByTaintManager')] },
    }),
    'TuningPending',
    `Pod ws-abcde was taken away before the model was trained (from node n1, DeletionByTaintManager); ${ANEW}`,
  ],
  [
    'just deleted while it pushes',
    aPod([done, done, done, running], { metadata: { deletionTimestamp: at(1) }, status: { phase: 'Running' } }),
    'TuningResultLost',
    `the model was trained, and the result was lost before it was pushed: Pod ws-abcde was taken away (from node n1, deleted); ${ANEW}`,
  ],
  [
    'refused by its node',
    aPod([], {
      status: {
        phase: 'Failed',
        reason: 'UnexpectedAdmissionError',
        message: 'no GPU',
        initContainerStatuses: [],
        containerStatuses: [],
      },
    }),
    'TuningPending',
    `Pod ws-abcde was taken away before the model was trained (from node n1, UnexpectedAdmissionError: no GPU); ${ANEW}`,
  ],
])('a Pod %s is followed by another', (_what, pod, reason, message) => {
  const { done: whole, state } = look(aJob({ failed: 1 }), [pod])
  expect({ ...whole, state }).toEqual({ isTrue: false, reason, message, state: 'Running' })
})

test('of the last Pod that is lost nothing follows', () => {
  const dying = aPod([done, running], {
    metadata: { deletionTimestamp: at(1) },
    status: { conditions: [disrupted('DeletionByTaintManager')] },
  })
  expect(look(aJob({ failed: 2 }), [dying]).done.message).toContain(ANEW)
  const last = look(aJob({ failed: 3 }), [dying])
  expect(last.done).toMatchObject({ reason: 'TuningFailed', message: expect.stringContaining(AGAIN) })
  expect(look(aJob(ended('BackoffLimitExceeded', 'Job has reached the specified backoff limit', 4)), [dying])).toEqual({
    ...last,
    state: 'Failed',
  })
})

test.each<[what: string, pods: Pod[], reason: string, message: string]>([
  [
    'with its result',
    [evicted([done, done, done, failing(143)])],
    'TuningResultLost',
    `the model was trained, and the result was lost before it was pushed: Pod ws-abcde was taken away (${EVICTED})`,
  ],
  ['without a trace', [], 'TuningFailed', 'the Pods of all tries (4) were taken away'],
])('a Job whose Pods were lost %s has failed', (_what, pods, reason, message) => {
  const { done: whole, state } = look(aJob(ended('BackoffLimitExceeded', '', 4)), pods)
  expect({ ...whole, state }).toEqual({ isTrue: false, reason, message: `${message}; ${AGAIN}`, state: 'Failed' })
})
