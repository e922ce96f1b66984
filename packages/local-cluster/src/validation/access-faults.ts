import { type JsonObject, jsonEqual, listAt, objectsAt, stringAt } from '../json.ts'
import {
  childPath,
  type FieldFault,
  invalidValue,
  itemPath,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'
import { dns1123Subdomain, pathSegment } from './name-rules.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Faults of a Role or ClusterRole. */
export function roleFaults(role: JsonObject, namespaced: boolean): FieldFault[] {
  return objectsAt(role, 'rules').flatMap((rule, index) => ruleFaults(rule, itemPath('rules', index), namespaced))
}

function ruleFaults(rule: JsonObject, path: string, namespaced: boolean): FieldFault[] {
  const isEmpty = (field: string) => listAt(rule, field).length === 0
  const faults: FieldFault[] = []
  if (isEmpty('verbs')) faults.push(requiredValue(childPath(path, 'verbs'), 'verbs must contain at least one value'))
  if (!isEmpty('nonResourceURLs')) {
    const refuse = (why: string) =>
      faults.push(invalidValue(childPath(path, 'nonResourceURLs'), rule.nonResourceURLs, why))
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs')
    if (!isEmpty('apiGroups') || !isEmpty('resources') || !isEmpty('resourceNames')) {
      refuse('rules cannot apply to both regular resources and non-resource URLs')
    }
    return faults
  }
  if (isEmpty('apiGroups')) {
    faults.push(requiredValue(childPath(path, 'apiGroups'), 'resource rules must supply at least one api group'))
  }
  if (isEmpty('resources')) {
    faults.push(requiredValue(childPath(path, 'resources'), 'resource rules must supply at least one resource'))
  }
  return faults
}

/** Faults of a RoleBinding or ClusterRoleBinding. */
export function roleBindingFaults(binding: JsonObject, namespaced: boolean): FieldFault[] {
  const group = stringAt(binding, 'roleRef', 'apiGroup')
  const kind = stringAt(binding, 'roleRef', 'kind')
  const name = stringAt(binding, 'roleRef', 'name')
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  const faults: FieldFault[] = []
  if (group !== GROUP) faults.push(unsupportedValue('roleRef.apiGroup', group, [GROUP]))
  if (!kinds.includes(kind)) faults.push(unsupportedValue('roleRef.kind', kind, kinds))
  if (name === '') faults.push(requiredValue('roleRef.name'))
  else faults.push(...pathSegment(name).map((why) => invalidValue('roleRef.name', name, why)))
  return [
    ...faults,
    ...objectsAt(binding, 'subjects').flatMap((subject, index) =>
      subjectFaults(subject, itemPath('subjects', index), namespaced),
    ),
  ]
}

const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group']

function subjectFaults(subject: JsonObject, path: string, namespaced: boolean): FieldFault[] {
  const kind = stringAt(subject, 'kind')
  const name = stringAt(subject, 'name')
  const group = stringAt(subject, 'apiGroup')
  const faults = name === '' ? [requiredValue(childPath(path, 'name'))] : []
  if (!SUBJECT_KINDS.includes(kind)) {
    return [...faults, unsupportedValue(childPath(path, 'kind'), kind, SUBJECT_KINDS)]
  }
  const wanted = kind === 'ServiceAccount' ? '' : GROUP
  if (kind === 'ServiceAccount' && name !== '') {
    faults.push(...dns1123Subdomain(name).map((why) => invalidValue(childPath(path, 'name'), name, why)))
  }
  if (group !== wanted) faults.push(unsupportedValue(childPath(path, 'apiGroup'), group, [wanted]))
  if (kind === 'ServiceAccount' && !namespaced && stringAt(subject, 'namespace') === '') {
    faults.push(requiredValue(childPath(path, 'namespace')))
  }
  return faults
}

export function roleRefFaults(binding: JsonObject, oldBinding: JsonObject): FieldFault[] {
  if (jsonEqual(binding.roleRef, oldBinding.roleRef)) return []
  // The real server prints its own type, whose fields have other names.
  const [APIGroup, Kind, Name] = ['apiGroup', 'kind', 'name'].map((field) => stringAt(binding, 'roleRef', field))
  const shown = { APIGroup, Kind, Name }
  return [invalidValue('roleRef', shown, 'cannot change roleRef')]
}
