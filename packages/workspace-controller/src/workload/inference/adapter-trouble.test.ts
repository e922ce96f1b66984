import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { podTrouble } from '../pod-trouble.ts'
import { aCase, rendered } from '../testing/rendering-cases.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]
type Statuses = Pick<NonNullable<Pod['status']>, 'initContainerStatuses' | 'containerStatuses'>

function aPod(status: Statuses, mountsAdapters = false): Pod {
  const { workload } = rendered(aCase('ws', { adapters: 2, mountsAdapters }))
  const { spec } = workload.spec?.template ?? {}
  if (!spec) throw new Error('a workload has Pods')
  return { metadata: { name: 'ws-x', namespace: 'default' }, spec: { ...spec, nodeName: 'n1' }, status }
}

const status = (name: string, parts: Partial<ContainerStatus>): ContainerStatus => {
  return { name, ready: false, restartCount: 0, ...parts }
}
/** The first adapter is there, the second is not. */
const second = (parts: Partial<ContainerStatus>): Pod =>
  aPod({
    initContainerStatuses: [
      status('adapter-0-style-formal', { ready: true, state: { terminated: { exitCode: 0 } } }),
      status('adapter-1-facts', parts),
    ],
    containerStatuses: [status('ws', { state: { waiting: { reason: 'PodInitializing' } } })],
  })
const ending = (message: string): Partial<ContainerStatus> => ({
  restartCount: 2,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 1, reason: 'Error', message } },
})

const IMAGE = '(image registry.example/adapters/facts:1)'

test.each<[what: string, parts: Partial<ContainerStatus>, reason: string, what: string]>([
  [
    'an image that cannot be pulled',
    { state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } },
    'ImagePullError',
    'the image cannot be pulled',
  ],
  [
    'an image without /data, by the cp of busybox',
    ending("cp: can't stat '/data/.': No such file or directory\n"),
    'ContainerCrashLoopBackOff',
    'its image has no folder /data; put the files of the adapter there and push the image again',
  ],
  [
    'an image without /data, by the cp of GNU',
    ending("cp: cannot stat '/data/.': No such file or directory\n"),
    'ContainerCrashLoopBackOff',
    'its image has no folder /data; put the files of the adapter there and push the image again',
  ],
  [
    'an image without cp, at the first try',
    {
      state: {
        waiting: { reason: 'RunContainerError', message: 'exec: "cp": executable file not found in $PATH: unknown' },
      },
    },
    'ContainerStartError',
    'its image has no program cp, which copies the files out of it; build it on an image that has one',
  ],
  [
    'an image without cp, between two tries',
    {
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: {
        terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "cp": executable file not found' },
      },
    },
    'ContainerStartError',
    'its image has no program cp, which copies the files out of it; build it on an image that has one',
  ],
  [
    'a file that only its owner may read',
    ending("cp: can't open '/data/./adapter_model.safetensors': Permission denied\n"),
    'ContainerCrashLoopBackOff',
    'a file below /data of its image may not be read by everyone; give everyone the right to read and push the image again',
  ],
  [
    'another end',
    ending('cp: read error\n'),
    'ContainerCrashLoopBackOff',
    'the copying of its files keeps ending, last with exit code 1 (Error)',
  ],
])('%s is told as that of its adapter', (...[, parts, reason, what]) => {
  const trouble = podTrouble([second(parts)], NOW)
  expect(trouble).toMatchObject({ reason, what: `Pod ws-x: adapter "facts": ${what} ${IMAGE}` })
})

test('the log to read is that of the container of the adapter', () => {
  expect(podTrouble([second(ending('cp: read error'))], NOW)?.ask).toBe(
    'logs --previous ws-x -n default -c adapter-1-facts',
  )
})

test.each([
  ['style.formal', 'registry.example/adapters/formal:1'],
  ['facts', 'registry.example/adapters/facts:1'],
])('of adapters that are mounted, %s is the one whose image cannot be pulled', (name, image) => {
  const message = `Back-off pulling image "${image}": ErrImagePull: failed to pull "${image}": not found`
  const waiting = status('ws', { state: { waiting: { reason: 'ImagePullBackOff', message } } })
  expect(podTrouble([aPod({ containerStatuses: [waiting] }, true)], NOW)?.what).toBe(
    `Pod ws-x: adapter "${name}": the image cannot be pulled (image ${image})`,
  )
})

test('an image of the model that cannot be pulled is not taken for an adapter', () => {
  const pod = aPod({}, true)
  const [model] = pod.spec?.containers ?? []
  const message = `failed to pull "${model?.image}": not found`
  const waiting = status('ws', { state: { waiting: { reason: 'ErrImagePull', message } } })
  expect(podTrouble([aPod({ containerStatuses: [waiting] }, true)], NOW)?.what).toBe(
    `Pod ws-x: the image cannot be pulled (image ${model?.image})`,
  )
})

test('an init container of a template is told by its name', () => {
  const pod = second({})
  const init = status('load', ending('no disk'))
  const other: Pod = {
    ...pod,
    spec: { containers: [], initContainers: [{ name: 'load', image: 'i:1' }] },
    status: { initContainerStatuses: [init] },
  }
  expect(podTrouble([other], NOW)).toMatchObject({
    what: 'Pod ws-x: init container "load" keeps ending, last with exit code 1 (Error) (image i:1)',
    ask: 'logs --previous ws-x -n default -c load',
  })
})
