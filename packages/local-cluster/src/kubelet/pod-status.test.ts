import { expect, test } from 'vitest'
import type { ContainerState, ContainerStatus } from '../objects/pod.ts'
import { aPod } from '../testing/objects.ts'
import { podStatus } from './pod-status.ts'

const NOW = '2026-01-01T00:00:00Z'

function container(
  state: ContainerState,
  { ready = false, lastState = {} }: Partial<ContainerStatus> = {},
): ContainerStatus {
  return { name: 'main', image: 'x', imageID: '', ready, started: ready, restartCount: 0, state, lastState }
}

function ended(exitCode: number): ContainerState {
  return { terminated: { exitCode, reason: '', startedAt: NOW, finishedAt: NOW } }
}

const running = container({ running: { startedAt: NOW } }, { ready: true })
const unready = container({ running: { startedAt: NOW } })
const creating = container({ waiting: { reason: 'ContainerCreating' } })
const crashing = container({ waiting: { reason: 'CrashLoopBackOff' } }, { lastState: ended(1) })

test.each<
  [rule: string, policy: string, init: ContainerStatus[], containers: ContainerStatus[], phase: string, ready: string]
>([
  ['is pending while a container is created', 'Always', [], [running, creating], 'Pending', 'False'],
  ['is pending while an init container runs', 'Always', [unready], [creating], 'Pending', 'False'],
  ['runs and is ready', 'Always', [], [running], 'Running', 'True'],
  ['runs but is not ready', 'Always', [], [running, unready], 'Running', 'False'],
  ['runs while a container backs off', 'Always', [], [crashing], 'Running', 'False'],
  ['runs between the end and the restart of a container', 'Always', [], [container(ended(0))], 'Running', 'False'],
  ['has succeeded', 'OnFailure', [], [container(ended(0))], 'Succeeded', 'False'],
  ['runs on after a failure that is tried again', 'OnFailure', [], [container(ended(1))], 'Running', 'False'],
  ['has failed', 'Never', [], [container(ended(0)), container(ended(1))], 'Failed', 'False'],
  ['has failed when an init container has', 'Never', [container(ended(1))], [creating], 'Failed', 'False'],
])('%s', (_rule, restartPolicy, init, containers, phase, ready) => {
  const spec = { restartPolicy, initContainers: init.map(({ name }) => ({ name, image: 'x' })) }
  const status = podStatus({ pod: aPod({ spec }), init, containers, hostIP: '10.1.1.1', podIP: '10.244.0.2', now: NOW })
  expect([status.phase, status.conditions?.find(({ type }) => type === 'Ready')?.status]).toEqual([phase, ready])
})

test('keeps conditions that others have set', () => {
  const disrupted = { type: 'DisruptionTarget', status: 'True' }
  const pod = aPod({ status: { conditions: [disrupted] } })
  const status = podStatus({ pod, init: [], containers: [running], hostIP: '', podIP: '', now: NOW })
  expect(status.conditions).toContainEqual(disrupted)
})
