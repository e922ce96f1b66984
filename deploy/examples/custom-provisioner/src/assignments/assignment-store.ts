import { CloudError } from '@kaito/cloud-provider'
import { CONFIG_MAPS, type ConfigMap, isAlreadyExists, isConflict, type KubeClient } from '@kaito/controller-kit'
import { type Assignment, type Assignments, assignmentText, readAssignments } from './assignment.ts'

/** Entries to write by host; undefined takes one away. */
export type AssignmentChange = Record<string, Assignment | undefined>

/** All assignments in one object, so that no host and no claim can be given twice: each write names the version it read. */
export interface AssignmentStore {
  read(signal: AbortSignal): Promise<Assignments>
  /** Decides on what is stored, and anew where another process was faster; undefined writes nothing. */
  change(decide: (assignments: Assignments) => AssignmentChange | undefined, signal: AbortSignal): Promise<void>
}

interface Options {
  client: KubeClient
  /** Of the ConfigMap. */
  place: { namespace: string; name: string }
}

const TRIES = 5

export function createAssignmentStore({ client, place }: Options): AssignmentStore {
  let turn: Promise<unknown> = Promise.resolve()

  const stored = (signal: AbortSignal) => client.get(CONFIG_MAPS, place, { signal })

  async function write(
    current: ConfigMap | undefined,
    change: AssignmentChange,
    signal: AbortSignal,
  ): Promise<boolean> {
    const entries = Object.entries(change)
    try {
      if (current) {
        const data = Object.fromEntries(entries.map(([host, entry]) => [host, entry ? assignmentText(entry) : null]))
        const { resourceVersion } = current.metadata
        await client.mergePatch(CONFIG_MAPS, place, { metadata: { resourceVersion }, data }, { signal })
      } else {
        const data = Object.fromEntries(
          entries.flatMap(([host, entry]) => (entry ? [[host, assignmentText(entry)]] : [])),
        )
        await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: place, data }, { signal })
      }
      return true
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return false
      throw error
    }
  }

  async function tryAll(decide: Parameters<AssignmentStore['change']>[0], signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const current = await stored(signal)
      const change = decide(readAssignments(current?.data))
      if (!change || (await write(current, change, signal))) return
    }
    throw new CloudError(
      'ClusterBusy',
      `the ConfigMap ${place.namespace}/${place.name} is changed by others all the time`,
    )
  }

  return {
    read: async (signal) => readAssignments((await stored(signal))?.data),
    change(decide, signal) {
      // Many launches of this process at once would only make each other start anew.
      const mine = turn.then(() => tryAll(decide, signal))
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}
