import type { KindRef, KubeObject } from '../cluster-access.ts'
import { badRequest } from '../status-error.ts'

const METADATA = ['metadata.name', 'metadata.namespace']

/** Fields beside the metadata by which the real server selects, per plural. */
const FIELDS: Record<string, string[]> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  replicasets: ['status.replicas'],
  jobs: ['status.successful'],
}

/** The predicate of `?fieldSelector=`; throws 400 for a field the kind cannot be selected by. */
export function fieldSelector(kind: KindRef & { custom: boolean }, text: string): (object: KubeObject) => boolean {
  const known = new Set([...METADATA, ...(kind.custom ? [] : (FIELDS[kind.plural] ?? []))])
  const requirements = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [requirement(part.trim(), known)]))
  return (object) => requirements.every((holds) => holds(object))
}

function requirement(text: string, known: Set<string>): (object: KubeObject) => boolean {
  const {
    field = '',
    operator,
    value = '',
  } = /^(?<field>[\w.]+)(?<operator>==|=|!=)(?<value>.*)$/.exec(text)?.groups ?? {}
  if (operator === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`)
  if (!known.has(field)) throw badRequest(`field label not supported: ${field}`)
  const path = field.split('.')
  if (operator === '!=') return (object) => textAt(object, path) !== value
  return (object) => textAt(object, path) === value
}

/** Absent reads as the empty value of its type, as in the server's Go structs. */
function textAt(object: KubeObject, path: string[]): string {
  let value: unknown = object
  for (const step of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
  const last = path.at(-1)
  if (last === 'source' && typeof value === 'object' && value !== null)
    return String(Reflect.get(value, 'component') ?? '')
  if (value === undefined || value === null) return EMPTY[last ?? ''] ?? ''
  return String(value)
}

const EMPTY: Record<string, string> = { unschedulable: 'false', hostNetwork: 'false', replicas: '0', successful: '0' }
