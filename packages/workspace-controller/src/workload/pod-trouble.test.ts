import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import type { PodReason } from '../workspace/reasons.ts'
import { podTrouble } from './pod-trouble.ts'
import { troubleText } from './trouble.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const JUST_NOW = '2026-01-01T00:59:50Z'
const A_WHILE_AGO = '2026-01-01T00:50:00Z'
const LONG_AGO = '2025-12-31T00:00:00Z'

type Status = NonNullable<Pod['status']>
type ContainerStatus = NonNullable<Status['containerStatuses']>[number]
type End = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

function aPod(status: Status, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    metadata: { name: 'phi-3-x', namespace: 'default', creationTimestamp: A_WHILE_AGO, ...metadata },
    spec: { nodeName: 'n1', containers: [{ name: 'phi-3', image: 'registry/model:1' }] },
    status,
  }
}

function withContainer(parts: Partial<ContainerStatus>): Pod {
  return aPod({ containerStatuses: [{ name: 'phi-3', ready: false, restartCount: 0, ...parts }] })
}

const waiting = (reason: string, message?: string) =>
  withContainer({ state: { waiting: { reason, ...(message && { message }) } } })
const crashing = (end: End) =>
  withContainer({ restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: end } })

function unscheduled(since: string): Pod {
  const condition = { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message: '0/3 nodes' }
  return aPod({ conditions: [{ ...condition, lastTransitionTime: since }] })
}

const failed = (reason: string, message: string, since = A_WHILE_AGO) => {
  return aPod({ phase: 'Failed', reason, message }, { creationTimestamp: since })
}
const LOW = 'The node was low on resource:'

function taken(reason: string): Pod {
  const condition = { type: 'DisruptionTarget', status: 'True' as const, reason, lastTransitionTime: A_WHILE_AGO }
  return aPod({ conditions: [condition] }, { deletionTimestamp: A_WHILE_AGO })
}

test.each<[what: string, pod: Pod, reason: PodReason, what: string, cause?: string]>([
  [
    'an image that cannot be pulled',
    waiting('ErrImagePull', 'rpc error: code = NotFound'),
    'ImagePullError',
    'Pod phi-3-x: the image cannot be pulled (image registry/model:1)',
    'rpc error: code = NotFound',
  ],
  [
    'an image whose name is none',
    waiting('InvalidImageName', 'could not parse'),
    'ImagePullError',
    'cannot be pulled',
    'could not parse',
  ],
  [
    'a container whose Secret is missing',
    waiting('CreateContainerConfigError', 'secret "a" not found'),
    'ContainerStartError',
    'Pod phi-3-x: the container cannot be configured (image registry/model:1)',
    'secret "a" not found',
  ],
  [
    'a program that is not in the image',
    crashing({ exitCode: 128, reason: 'StartError', message: 'exec: "accelerate": not found' }),
    'ContainerStartError',
    'the container cannot be started',
    'exec: "accelerate": not found',
  ],
  [
    'a server that used too much memory',
    crashing({ exitCode: 137, reason: 'OOMKilled' }),
    'ContainerOOMKilled',
    'used more memory than its node has left',
  ],
  [
    'a server that keeps ending',
    crashing({ exitCode: 1, reason: 'Error', message: 'Traceback\n  File\nRuntimeError: no GPU\n' }),
    'ContainerCrashLoopBackOff',
    'Pod phi-3-x: the model server keeps ending, last with exit code 1 (Error) (image registry/model:1)',
    'RuntimeError: no GPU',
  ],
  ['a Pod that no node takes', unscheduled(A_WHILE_AGO), 'Unschedulable', 'Pod phi-3-x: no node takes it', '0/3 nodes'],
  [
    'a node without room on its disk',
    failed('Evicted', `${LOW} ephemeral-storage. Threshold quantity: 10Gi.`),
    'NodeDiskPressure',
    'node n1 is short of disk and evicted a Pod',
    `${LOW} ephemeral-storage. Threshold quantity: 10Gi.`,
  ],
  [
    'a node that takes no Pod for want of disk',
    failed('Evicted', 'Pod was rejected: The node had condition: [DiskPressure]. '),
    'NodeDiskPressure',
    'node n1 is short of disk',
    'Pod was rejected: The node had condition: [DiskPressure].',
  ],
  [
    'a node without memory',
    failed('Evicted', `${LOW} memory.`),
    'NodeMemoryPressure',
    'node n1 is short of memory',
    `${LOW} memory.`,
  ],
  [
    'an eviction for what the Pod itself used',
    failed('Evicted', 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.'),
    'PodEvicted',
    'node n1 evicted a Pod',
    'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.',
  ],
  [
    'a node whose GPUs are not healthy',
    failed('UnexpectedAdmissionError', 'no healthy devices present'),
    'ContainerStartError',
    'node n1 does not run the Pod',
    'UnexpectedAdmissionError: no healthy devices present',
  ],
  [
    'a node that was shut down',
    failed('Terminated', 'Pod was terminated in response to imminent node shutdown.'),
    'NodeLost',
    'node n1 is lost, and the model server on it',
    'Pod was terminated in response to imminent node shutdown.',
  ],
  ['a node that no longer answers', taken('DeletionByTaintManager'), 'NodeLost', 'node n1 is lost'],
])('%s is told by its reason', (...[, pod, reason, what, cause]) => {
  const trouble = podTrouble([pod], NOW)
  expect(trouble).toMatchObject({ reason, what: expect.stringContaining(what), cause })
})

test.each<[what: string, pod: Pod]>([
  ['a container that is being created', waiting('ContainerCreating')],
  [
    'a server that recovered',
    withContainer({ ready: true, restartCount: 3, lastState: { terminated: { exitCode: 1 } } }),
  ],
  ['a Pod that waits for a moment', unscheduled(JUST_NOW)],
  ['a Pod on its way out', aPod(unscheduled(A_WHILE_AGO).status ?? {}, { deletionTimestamp: JUST_NOW })],
  ['a Pod that somebody evicted in favour of another', taken('EvictionByEvictionAPI')],
  ['an eviction of another day', failed('Evicted', `${LOW} memory.`, LONG_AGO)],
])('%s is no trouble', (_what, pod) => expect(podTrouble([pod], NOW)).toBeUndefined())

test.each<[what: string, sights: Pod[]]>([
  [
    'a pull that is tried again and again',
    [
      waiting('ErrImagePull', 'failed: 10.0.0.4:40112: not found'),
      waiting('ImagePullBackOff', 'Back-off pulling image "a"'),
      waiting('ErrImagePull', 'failed: 10.0.0.4:40250: not found'),
      waiting('ImagePullBackOff', 'Back-off pulling image "a": ErrImagePull: failed: 10.0.0.4:40250: not found'),
      waiting('ImagePullBackOff', 'Back-off pulling image "a": failed: 10.0.0.4:40250: not found'),
    ],
  ],
  [
    'a server that starts and ends in turn',
    [
      crashing({ exitCode: 1, message: 'RuntimeError: no GPU, pid 7' }),
      withContainer({
        restartCount: 4,
        state: { running: {} },
        lastState: { terminated: { exitCode: 1, message: 'RuntimeError: no GPU, pid 7' } },
      }),
      withContainer({
        restartCount: 4,
        state: { terminated: { exitCode: 1, message: 'RuntimeError: no GPU, pid 8' } },
      }),
    ],
  ],
  [
    'a program that cannot be started',
    [
      withContainer({
        restartCount: 1,
        state: { waiting: { reason: 'RunContainerError', message: 'context deadline exceeded' } },
        lastState: { terminated: { exitCode: 128, reason: 'StartError', message: 'exec: not found' } },
      }),
      crashing({ exitCode: 128, reason: 'StartError', message: 'exec: not found' }),
    ],
  ],
  [
    'a node that evicts one successor after the other',
    ['a', 'b'].map((name) => {
      const pod = failed('Evicted', `${LOW} ephemeral-storage. Available: ${name === 'a' ? 9 : 8}Gi.`)
      return { ...pod, metadata: { ...pod.metadata, name } }
    }),
  ],
])('%s is told in words that do not change', (_what, sights) => {
  let told = ''
  const texts = sights.map((pod) => {
    const trouble = podTrouble([pod], NOW)
    told = trouble ? troubleText(trouble, told) : 'nothing'
    return told
  })
  expect(texts[0]).toContain('says more')
  expect(new Set(texts).size).toBe(1)
})

test('of several troubles the one that explains most is told, whatever the order of the Pods', () => {
  const pods = [
    unscheduled(A_WHILE_AGO),
    failed('Evicted', ''),
    waiting('ErrImagePull'),
    crashing({ exitCode: 137, reason: 'OOMKilled' }),
  ]
  const reasons = [pods, pods.slice(0, 3), pods.slice(0, 2), pods.slice(0, 1)].flatMap((some) => [
    podTrouble(some, NOW)?.reason,
    podTrouble(some.toReversed(), NOW)?.reason,
  ])
  const expected = ['ContainerOOMKilled', 'ImagePullError', 'PodEvicted', 'Unschedulable']
  expect(reasons).toEqual(expected.flatMap((reason) => [reason, reason]))
})

test.each<[pod: Pod, command: string]>([
  [waiting('ErrImagePull'), 'kubectl describe pod phi-3-x -n default'],
  [crashing({ exitCode: 1 }), 'kubectl logs --previous phi-3-x -n default'],
  [unscheduled(A_WHILE_AGO), 'kubectl describe pod phi-3-x -n default'],
  [failed('Evicted', ''), 'kubectl describe node n1'],
])('%# the command that says more is named', (pod, command) => {
  const trouble = podTrouble([pod], NOW)
  expect(trouble && troubleText(trouble)).toContain(`; "${command}" says more`)
})
