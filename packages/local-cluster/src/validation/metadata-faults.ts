import { isJsonObject, type JsonObject, jsonEqual, listAt, objectAt, stringAt, valueAt } from '../json.ts'
import {
  childPath,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  requiredValue,
  tooLong,
} from '../schema/field-fault.ts'
import { dns1123Label, dns1123Subdomain, labelValue, type NameRule, qualifiedName } from './name-rules.ts'

const MAX_ANNOTATION_BYTES = 256 * 1024
const IMMUTABLE = 'field is immutable'

/** Faults of a new object's metadata; the name was generated before if it was to be. */
export function metadataFaults(object: JsonObject, namespaced: boolean, nameRule: NameRule = dns1123Subdomain) {
  const name = stringAt(object, 'metadata', 'name')
  const path = 'metadata.name'
  const nameFaults =
    name === ''
      ? [requiredValue(path, 'name or generateName is required')]
      : nameRule(name).map((why) => invalidValue(path, name, why))
  const base = stringAt(object, 'metadata', 'generateName')
  // A dash at its end is followed by more.
  const generated = base === '' ? [] : nameRule(base.replace(/-$/, 'a'))
  nameFaults.push(...generated.map((why) => invalidValue('metadata.generateName', base, why)))
  return [...nameFaults, ...namespaceFaults(object, namespaced), ...contentFaults(object), ...finalizerFaults(object)]
}

function namespaceFaults(object: JsonObject, namespaced: boolean): FieldFault[] {
  const namespace = stringAt(object, 'metadata', 'namespace')
  const path = 'metadata.namespace'
  if (!namespaced) return namespace === '' ? [] : [forbiddenValue(path, 'not allowed on this type')]
  if (namespace === '') return [requiredValue(path)]
  return dns1123Label(namespace).map((why) => invalidValue(path, namespace, why))
}

const IMMUTABLE_FIELDS = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]

/** Faults of a change of metadata. */
export function metadataUpdateFaults(object: JsonObject, oldObject: JsonObject): FieldFault[] {
  const immutable = IMMUTABLE_FIELDS.filter(
    (name) => !jsonEqual(valueAt(object, 'metadata', name), valueAt(oldObject, 'metadata', name)),
  )
  return [
    ...newFinalizerFaults(object, oldObject),
    ...immutable.map((name) => invalidValue(`metadata.${name}`, valueAt(object, 'metadata', name), IMMUTABLE)),
    ...contentFaults(object),
    ...finalizerFaults(object),
  ]
}

function newFinalizerFaults(object: JsonObject, oldObject: JsonObject): FieldFault[] {
  if (stringAt(oldObject, 'metadata', 'deletionTimestamp') === '') return []
  const before = listAt(oldObject, 'metadata', 'finalizers')
  const added = listAt(object, 'metadata', 'finalizers').filter((finalizer) => !before.includes(finalizer))
  if (added.length === 0) return []
  const shown = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`
  return [
    forbiddenValue(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`,
    ),
  ]
}

function contentFaults(object: JsonObject): FieldFault[] {
  return [
    ...labelFaults(objectAt(object, 'metadata', 'labels'), 'metadata.labels'),
    ...annotationFaults(objectAt(object, 'metadata', 'annotations') ?? {}),
    ...ownerFaults(listAt(object, 'metadata', 'ownerReferences')),
  ]
}

export function labelFaults(labels: JsonObject | undefined, path: string): FieldFault[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedName(key).map((why) => invalidValue(path, key, why)),
    ...labelValue(String(value)).map((why) => invalidValue(path, value, why)),
  ])
}

function annotationFaults(annotations: JsonObject): FieldFault[] {
  const path = 'metadata.annotations'
  const keys = Object.keys(annotations)
  const bytes = keys.reduce((sum, key) => sum + Buffer.byteLength(`${key}${annotations[key]}`), 0)
  return [
    ...keys.flatMap((key) => qualifiedName(key.toLowerCase()).map((why) => invalidValue(path, key, why))),
    ...(bytes > MAX_ANNOTATION_BYTES ? [tooLong(path, MAX_ANNOTATION_BYTES)] : []),
  ]
}

function ownerFaults(owners: unknown[]): FieldFault[] {
  const path = 'metadata.ownerReferences'
  const controllers = owners.filter((owner) => valueAt(owner, 'controller') === true)
  const [first, second] = controllers.map((owner) => `${stringAt(owner, 'kind')}/${stringAt(owner, 'name')}`)
  const several =
    second === undefined
      ? []
      : [
          {
            ...invalidValue(path, owners, ''),
            message: `Invalid value: ${JSON.stringify(owners.map(inGoOrder))}: Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`,
          },
        ]
  return [...owners.flatMap((owner) => (isJsonObject(owner) ? ownerFieldFaults(owner, path) : [])), ...several]
}

const OWNER_FIELDS = ['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion']

function inGoOrder(owner: unknown): unknown {
  return Object.fromEntries(OWNER_FIELDS.map((field) => [field, valueAt(owner, field)]))
}

function ownerFieldFaults(owner: JsonObject, path: string): FieldFault[] {
  return ['apiVersion', 'kind', 'name', 'uid']
    .filter((name) => stringAt(owner, name) === '')
    .map((name) => {
      const why = name === 'apiVersion' ? 'version must not be empty' : 'must not be empty'
      return invalidValue(childPath(path, name), '', why)
    })
}

const STANDARD_FINALIZERS = ['foregroundDeletion', 'orphan', 'kubernetes']
const PREFER_DOMAIN = 'prefer a domain-qualified finalizer name'
const TO_AVOID = 'to avoid accidental conflicts with other finalizer writers'

/** Warnings of new finalizers of a custom resource whose names could clash with those of others. */
export function finalizerWarnings(object: JsonObject, oldObject: JsonObject | undefined): string[] {
  const before = listAt(oldObject, 'metadata', 'finalizers')
  const added = listAt(object, 'metadata', 'finalizers').filter((finalizer) => !before.includes(finalizer))
  return added
    .map(String)
    .sort()
    .flatMap((finalizer) => {
      if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) return []
      const path = finalizer.includes('.') ? ' including a path (/)' : ''
      return [`metadata.finalizers: ${JSON.stringify(finalizer)}: ${PREFER_DOMAIN}${path} ${TO_AVOID}`]
    })
}

/** Finalizers of built-in kinds name a domain, but for the old ones. */
export function kubeFinalizerFaults(object: JsonObject): FieldFault[] {
  return listAt(object, 'metadata', 'finalizers').flatMap((finalizer, index) => {
    if (String(finalizer).includes('/') || STANDARD_FINALIZERS.includes(String(finalizer))) return []
    const why = 'name is neither a standard finalizer name nor is it fully qualified'
    return [invalidValue(itemPath('metadata.finalizers', index), finalizer, why)]
  })
}

function finalizerFaults(object: JsonObject): FieldFault[] {
  const path = 'metadata.finalizers'
  const finalizers = listAt(object, 'metadata', 'finalizers')
  const faults = finalizers.flatMap((finalizer) =>
    qualifiedName(String(finalizer)).map((why) => invalidValue(path, finalizer, why)),
  )
  if (!finalizers.includes('orphan') || !finalizers.includes('foregroundDeletion')) return faults
  return [...faults, invalidValue(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')]
}
