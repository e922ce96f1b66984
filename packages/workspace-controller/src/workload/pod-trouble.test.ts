import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { podTrouble } from './pod-trouble.ts'

const NOW = Date.parse('2026-01-01T00:10:00Z')

type Status = NonNullable<Pod['status']>
type ContainerStatus = NonNullable<Status['containerStatuses']>[number]

function aPod(status: Status, metadata: object = {}): Pod {
  return {
    metadata: { name: 'phi-3-x', namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'phi-3', image: 'registry/model:1' }] },
    status,
  }
}

function withContainer(parts: Partial<ContainerStatus>): Pod {
  return aPod({ containerStatuses: [{ name: 'phi-3', ready: false, restartCount: 0, ...parts }] })
}

function unscheduled(since: string): Pod {
  const condition = { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message: '0/3 nodes' }
  return aPod({ conditions: [{ ...condition, lastTransitionTime: since }] })
}

const ended = { terminated: { exitCode: 137, reason: 'OOMKilled' } }

test.each([
  [
    'an image that cannot be pulled',
    withContainer({ state: { waiting: { reason: 'ErrImagePull', message: 'Back-off 10s' } } }),
    'Pod phi-3-x: the image cannot be pulled (image registry/model:1); "kubectl describe pod phi-3-x -n default" says more',
  ],
  [
    'a server that keeps ending',
    withContainer({ restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended }),
    'Pod phi-3-x: the model server keeps ending, last with exit code 137 (OOMKilled) (image registry/model:1); "kubectl logs --previous phi-3-x -n default" says more',
  ],
  [
    'a server between two ends',
    withContainer({ restartCount: 3, state: { running: {} }, lastState: ended }),
    'Pod phi-3-x: the model server keeps ending, last with exit code 137 (OOMKilled) (image registry/model:1); "kubectl logs --previous phi-3-x -n default" says more',
  ],
  [
    'a Pod that no node takes for long',
    unscheduled('2026-01-01T00:00:00Z'),
    'Pod phi-3-x: no node takes it: 0/3 nodes',
  ],
])('%s is named in words that do not change', (_what, pod, trouble) => expect(podTrouble([pod], NOW)).toBe(trouble))

test.each([
  ['a container that is being created', withContainer({ state: { waiting: { reason: 'ContainerCreating' } } })],
  [
    'a server that recovered',
    withContainer({ ready: true, restartCount: 3, state: { running: {} }, lastState: ended }),
  ],
  ['a Pod that waits for a moment', unscheduled('2026-01-01T00:09:50Z')],
  ['a Pod on its way out', aPod(unscheduled('2026-01-01T00:00:00Z').status ?? {}, { deletionTimestamp: 'now' })],
])('%s is no trouble', (_what, pod) => expect(podTrouble([pod], NOW)).toBeUndefined())
