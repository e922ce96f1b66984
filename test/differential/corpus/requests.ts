import type { Edit, Sequence, Step } from '../step.ts'

/** Short forms of requests for sequences that are written by hand. */
interface Requests {
  create(path: string, body: unknown, more?: Partial<Step>): Step
  get(path: string, query?: Record<string, string>, more?: Partial<Step>): Step
  /** The object as it was shown last, with changes. */
  change(path: string, edits: Edit[], more?: Partial<Step>): Step
  merge(path: string, body: unknown, more?: Partial<Step>): Step
  strategic(path: string, body: unknown, more?: Partial<Step>): Step
  json(path: string, body: unknown, more?: Partial<Step>): Step
  remove(path: string, options?: Record<string, unknown>, more?: Partial<Step>): Step
  watch(path: string, query?: Record<string, string>, more?: Partial<Step>): Step
}

export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
export const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'
export const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'

const patch =
  (type: string) =>
  (path: string, body: unknown, more: Partial<Step> = {}): Step => ({
    method: 'PATCH',
    path,
    contentType: `application/${type}+json`,
    body,
    ...more,
  })

export const requests: Requests = {
  create: (path, body, more = {}) => ({ method: 'POST', path, body, ...more }),
  get: (path, query = {}, more = {}) => ({ method: 'GET', path, query, ...more }),
  change: (from, edits, more = {}) => ({
    method: 'PUT',
    path: from,
    changed: { from, otherwise: { metadata: {} }, edits },
    ...more,
  }),
  merge: patch('merge-patch'),
  strategic: patch('strategic-merge-patch'),
  json: patch('json-patch'),
  remove: (path, options, more = {}) => ({
    method: 'DELETE',
    path,
    ...(options === undefined ? {} : { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } }),
    ...more,
  }),
  watch: (path, query = {}, more = {}) => ({
    method: 'GET',
    path,
    query: { watch: 'true', timeoutSeconds: '1', ...query },
    ...more,
  }),
}

/** A sequence by what it is about; `write` is given its namespace. */
export function sequence(name: string, write: (namespace: string) => Step[]): Sequence {
  const namespace = `c-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`
  return { name, namespace, steps: write(namespace) }
}

/** `more` are its other fields, and those of its metadata. */
export function coreObject(kind: string, name: string, more: { metadata?: object; spec?: object } = {}): object {
  const { metadata, ...fields } = more
  return { apiVersion: 'v1', kind, metadata: { name, ...metadata }, ...fields }
}

export const pod = (name: string, spec: object = {}, metadata: object = {}): object =>
  coreObject('Pod', name, {
    metadata,
    spec: { containers: [{ name: 'main', image: 'example.com/image:1' }], ...spec },
  })
