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
  jobs: ['status.successful'],
}

interface Requirement {
  field: string
  operator: string
  value: string
}

/** The predicate of `?fieldSelector=`; throws 400 for a field the kind cannot be selected by. */
export function fieldSelector(kind: KindRef & { custom: boolean }, text: string): (object: KubeObject) => boolean {
  const requirements = fieldRequirements(text)
  const known = new Set([...METADATA, ...(kind.custom ? [] : (FIELDS[kind.plural] ?? []))])
  for (const { field } of requirements) if (!known.has(field)) throw badRequest(unsupported(kind, field))
  return (object) =>
    requirements.every(({ field, operator, value }) => {
      const equal = textAt(object, field.split('.')) === value
      return operator === '!=' ? !equal : equal
    })
}

/** Throws 400 for what is no field selector of any kind. */
export function fieldRequirements(text: string): Requirement[] {
  return text.split(',').flatMap((part) => (part === '' ? [] : [requirement(part, text)]))
}

function requirement(part: string, text: string): Requirement {
  const {
    field = '',
    operator,
    value = '',
  } = /^(?<field>.*?)(?<operator>!=|==|=)(?<value>.*)$/s.exec(part)?.groups ?? {}
  if (operator === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
  return { field, operator, value }
}

/** Kinds with fields of their own say it in their words. */
function unsupported({ custom, plural }: { custom: boolean; plural: string }, field: string): string {
  if (plural === 'jobs') return `field label ${JSON.stringify(field)} not supported for Job`
  if (custom || FIELDS[plural] !== undefined) return `field label not supported: ${field}`
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
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

const EMPTY: Record<string, string> = { unschedulable: 'false', hostNetwork: 'false', successful: '0' }
