import type { KindRef, KubeObject, ObjectRef } from './cluster-access.ts'

/** JSON paths (`.spec.replicas`) by which a kind serves its `scale` subresource. */
export interface ScalePaths {
  specReplicasPath: string
  statusReplicasPath: string
  labelSelectorPath?: string
}

/** One kind in one version as the server serves it. All versions of a kind share one set of stored objects. */
export interface KindDefinition extends KindRef {
  singular: string
  shortNames: string[]
  categories: string[]
  listKind: string
  subresources: { status: boolean; scale?: ScalePaths }
  /** Defined by a CustomResourceDefinition: refuses strategic merge patches and unconditional updates. */
  custom: boolean
  /** Version written to the store; conversion only changes `apiVersion`. */
  storageVersion: string
}

export interface KindRegistry {
  find(group: string, version: string, plural: string): KindDefinition | undefined
  findByKind(group: string, version: string, kind: string): KindDefinition | undefined
  /** Every served kind and version, built-in ones first, in the order discovery shows them. */
  all(): KindDefinition[]
  /** Serves from now on what this CustomResourceDefinition says; called after each write of one. */
  serve(crd: KubeObject): void
  /** Stops serving; called when the CustomResourceDefinition of that name is gone. */
  withdraw(crdName: string): void
  /** The result removes the listener. */
  onChange(listener: () => void): () => void
}

/** Synchronous look at what is stored, for admission that needs other objects. Never change what it returns. */
export interface ObjectReader {
  get(kind: KindRef, ref: ObjectRef): KubeObject | undefined
  list(kind: KindRef, namespace?: string): KubeObject[]
}

export interface UserInfo {
  username: string
  uid?: string
  groups: string[]
}

export interface DecodeRequest {
  kind: KindDefinition
  object: KubeObject
  fieldValidation: 'Strict' | 'Warn' | 'Ignore'
  /** Field paths found twice in the JSON text; refused or warned of like unknown fields. */
  duplicateFields?: string[]
  /** What is wrong with a patch itself; comes before the faults of what it makes. */
  patchFaults?: string[]
  /** For a patch: how a refusal shows it; the refusal is then of the field `patch`. */
  shownPatch?: (() => string) | undefined
}

export interface ValidateRequest {
  kind: KindDefinition
  operation: 'create' | 'update' | 'delete'
  /** As it will be stored, system metadata set; for a deletion the stored object. */
  object: KubeObject
  /** What is stored now; absent for a create. */
  oldObject?: KubeObject
  subresource?: string
  user: UserInfo
  dryRun: boolean
}

/**
 * What happens to an object between the request and the store, in two steps: the engine sets system metadata
 * (uid, generation, the status that a plain update may not change) between them. Both throw `StatusError` and return
 * the texts of Warning headers.
 */
export interface ObjectPreparer {
  /** Prunes, checks field names and types, defaults. Owns its argument and may change and return it. */
  decode(request: DecodeRequest): { object: KubeObject; warnings: string[] }
  /** Names, labels, schema, CEL, transition rules of the kind, then admission policies. Changes nothing. */
  validate(request: ValidateRequest): string[]
  /** A stored object as a definition shows it that has changed since: with its defaults. Changes nothing. */
  restored(kind: KindDefinition, object: KubeObject): KubeObject
}

export interface TableRequest {
  kind: KindDefinition
  objects: KubeObject[]
  includeObject: 'None' | 'Metadata' | 'Object'
  /** Metadata of the list the rows come from. */
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
}

export interface TablePrinter {
  /** A `meta.k8s.io/v1` Table. */
  toTable(request: TableRequest): object
}

export interface OpenApi {
  /** Body of `/openapi/v3`. */
  index(): object
  /** Body of `/openapi/v3/<path>`, for a path like `api/v1` or `apis/apps/v1`; undefined when it is not served. */
  document(path: string): object | undefined
}
