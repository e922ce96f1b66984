import type { Reason } from '@kaito/api'
import type { Instance } from '../cloud-provider.ts'

/** An operation of the fake cloud: when it began, how long it takes, and how it ends. */
export interface FakeOperation {
  from: number
  /** Infinity for an operation that never ends. */
  takesMs: number
  failure?: { reason: Reason; message: string }
}

/** An instance as the fake cloud keeps it; its state follows from its operations and the time. */
export interface FakeInstance extends Instance {
  /** Its machines, as their Nodes name them. */
  providerIDs: string[]
  creating?: FakeOperation
  deleting?: FakeOperation
}

/** What a reader sees at `time`; undefined once a deletion is over. */
export function instanceAt(
  { creating, deleting, providerIDs: _, ...instance }: FakeInstance,
  time: number,
): Instance | undefined {
  const isRunning = (operation: FakeOperation) => time < operation.from + operation.takesMs
  if (deleting) return isRunning(deleting) ? { ...instance, state: 'Deleting', failure: undefined } : undefined
  if (!creating) return instance
  if (isRunning(creating)) return { ...instance, state: 'Creating' }
  return creating.failure ? { ...instance, state: 'Failed', failure: creating.failure } : instance
}
