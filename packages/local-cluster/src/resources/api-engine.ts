import type { ClusterClock } from '../cluster-clock.ts'
import type { KindDefinition, KindRegistry, ObjectPreparer, UserInfo } from '../kind-definition.ts'
import type { ObjectStore } from '../store/object-store.ts'

/** What the verbs of the API work on. Time and randomness are parameters. */
export interface ApiEngine {
  store: ObjectStore
  registry: KindRegistry
  preparer: ObjectPreparer

  clock: ClusterClock
  newUid(): string
  /** Five characters for `generateName`. */
  nameSuffix(): string
  clusterIps: ClusterIps
}

/** Virtual addresses of Services; no address is given out twice. */
export interface ClusterIps {
  take(wanted: string | undefined): string
  release(address: string): void
}

export interface WriteOptions {
  user: UserInfo
  dryRun: boolean
  fieldValidation: 'Strict' | 'Warn' | 'Ignore'
  /** Field paths found twice in the JSON text. */
  duplicateFields?: string[]
  /** What is wrong with a patch itself. */
  patchFaults?: string[]
  shownPatch?: () => string
}

/** Where one object is. `namespace` is undefined for kinds without. */
export interface Target {
  kind: KindDefinition
  namespace: string | undefined
  name: string
  /** `status`, `scale` and `finalize` write a part of the object only. */
  subresource?: string
}
