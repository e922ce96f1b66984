import type { KubeClient } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { type Assignments, readAssignments } from './assignment.ts'
import { type AssignmentChange, createAssignmentStore } from './assignment-store.ts'

const place = { namespace: 'system', name: 'claims' }
const { signal } = new AbortController()
const HOSTS = ['gpu-1', 'gpu-2', 'gpu-3']

/** Takes the first free host. */
const taking =
  (instance: string) =>
  (assignments: Assignments): AssignmentChange => {
    const host = HOSTS.find((one) => !assignments.has(one)) ?? 'none'
    return { [host]: readAssignments({ [host]: JSON.stringify({ instance }) }).get(host) }
  }

/** Two processes; before each of the first `times` writes of the first one the other one is faster. */
function race(times: number) {
  const { client } = createFakeCluster({ clock: createManualClock() })
  const other = createAssignmentStore({ client, place })
  let left = times
  const overtaken =
    <Args extends unknown[], Answer>(write: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      if (left > 0) {
        left -= 1
        await other.change(taking(`other-${left}`), signal)
      }
      return write(...args)
    }
  const slow: KubeClient = {
    ...client,
    create: overtaken(client.create) as KubeClient['create'],
    mergePatch: overtaken(client.mergePatch) as KubeClient['mergePatch'],
  }
  const store = createAssignmentStore({ client: slow, place })
  const taken = async () => [...(await store.read(signal))].map(([host, { instance }]) => `${host} ${instance}`).sort()
  return { store, other, taken }
}

test('a process that is overtaken decides anew on what the other one has stored', async () => {
  const { store, other, taken } = race(1)
  await other.change(taking('first'), signal)
  await store.change(taking('mine'), signal)
  expect(await taken()).toEqual(['gpu-1 first', 'gpu-2 other-0', 'gpu-3 mine'])
})

test('two processes that both find no assignments yet do not both make them', async () => {
  const { store, taken } = race(1)
  await store.change(taking('mine'), signal)
  expect(await taken()).toEqual(['gpu-1 other-0', 'gpu-2 mine'])
})

test('a process that is overtaken all the time is busy, and the next change goes on', async () => {
  const { store, taken } = race(5)
  await expect(store.change(taking('mine'), signal)).rejects.toMatchObject({ reason: 'ClusterBusy' })
  await store.change(() => ({ none: undefined, 'gpu-3': undefined }), signal)
  expect(await taken()).toEqual(['gpu-1 other-4', 'gpu-2 other-3'])
})

test('nothing is written where nothing is to be changed', async () => {
  const { store, taken } = race(0)
  await store.change(() => undefined, signal)
  expect(await taken()).toEqual([])
})
