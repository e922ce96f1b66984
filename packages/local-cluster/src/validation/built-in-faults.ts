import { type JsonObject, jsonEqual, objectAt, stringAt } from '../json.ts'
import type { ValidateRequest } from '../kind-definition.ts'
import { builtInModel } from '../kinds/built-in-kinds.ts'
import { type FieldFault, invalidValue } from '../schema/field-fault.ts'
import { dataFaults, dataUpdateFaults } from './data-faults.ts'
import { definitionFaults } from './definition-faults.ts'
import { metadataFaults, metadataUpdateFaults } from './metadata-faults.ts'
import { dns1123Label, dns1123Subdomain, type NameRule, pathSegment } from './name-rules.ts'
import { podSpecFaults, podUpdateFaults } from './pod-faults.ts'
import { bindingFaults, policyFaults } from './policy-faults.ts'
import { requiredFaults } from './required-faults.ts'
import { serviceFaults, serviceUpdateFaults } from './service-faults.ts'
import {
  immutableFaults,
  jobFaults,
  jobUpdateFaults,
  statefulSetUpdateFaults,
  workloadFaults,
} from './workload-faults.ts'

interface KindRules {
  /** Its own rules say what is required. */
  knowsRequired?: true
  name?: NameRule
  faults?(object: JsonObject, oldObject: JsonObject | undefined): FieldFault[]
  updateFaults?(object: JsonObject, oldObject: JsonObject): FieldFault[]
}

const PATH_NAME: KindRules = { name: pathSegment }
const ROLE_BINDING: KindRules = { name: pathSegment, updateFaults: roleRefFaults }

const RULES: Record<string, KindRules> = {
  '/ConfigMap': dataRules('ConfigMap'),
  '/Event': { faults: eventFaults },
  '/Namespace': { name: dns1123Label },
  '/Pod': {
    faults: (pod) => podSpecFaults(objectAt(pod, 'spec') ?? { containers: [] }, 'spec'),
    updateFaults: podUpdateFaults,
  },
  '/Secret': dataRules('Secret'),
  '/Service': { name: dns1123Label, faults: serviceFaults, updateFaults: serviceUpdateFaults },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': { faults: policyFaults, knowsRequired: true },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': { faults: bindingFaults, knowsRequired: true },
  'apiextensions.k8s.io/CustomResourceDefinition': { faults: definitionFaults, knowsRequired: true },
  'apps/DaemonSet': workloadRules('DaemonSet'),
  'apps/Deployment': workloadRules('Deployment'),
  'apps/ReplicaSet': workloadRules('ReplicaSet'),
  'apps/StatefulSet': { faults: (set) => workloadFaults(set, 'StatefulSet'), updateFaults: statefulSetUpdateFaults },
  'batch/Job': { faults: jobFaults, updateFaults: jobUpdateFaults },
  'policy/PodDisruptionBudget': { faults: budgetFaults },
  'rbac.authorization.k8s.io/ClusterRole': PATH_NAME,
  'rbac.authorization.k8s.io/ClusterRoleBinding': ROLE_BINDING,
  'rbac.authorization.k8s.io/Role': PATH_NAME,
  'rbac.authorization.k8s.io/RoleBinding': ROLE_BINDING,
}

function dataRules(kind: string): KindRules {
  return {
    faults: (object) => dataFaults(object, kind),
    updateFaults: (object, oldObject) => dataUpdateFaults(object, oldObject, kind),
  }
}

function workloadRules(kind: string): KindRules {
  return {
    faults: (workload) => workloadFaults(workload, kind),
    updateFaults: (workload, old) => immutableFaults(workload, old, ['selector']),
  }
}

/** Faults of an object of a built-in kind, as far as its rules are known here. */
export function builtInFaults({ kind, object, oldObject, subresource }: ValidateRequest): FieldFault[] {
  const rules = RULES[`${kind.group}/${kind.kind}`] ?? {}
  const inMetadata =
    oldObject === undefined
      ? metadataFaults(object, kind.namespaced, rules.name ?? dns1123Subdomain)
      : metadataUpdateFaults(object, oldObject)
  if (subresource !== undefined) return inMetadata
  return [
    ...inMetadata,
    ...(rules.knowsRequired ? [] : missingFaults(object, builtInModel(kind))),
    ...(rules.faults?.(object, oldObject) ?? []),
    ...(oldObject === undefined ? [] : (rules.updateFaults?.(object, oldObject) ?? [])),
  ]
}

/** Status is written by components that leave out what they do not know. */
function missingFaults(object: JsonObject, model: string | undefined): FieldFault[] {
  if (model === undefined) return []
  const { status, metadata, ...wanted } = object
  return requiredFaults({ ...wanted, metadata: {} }, model, '')
}

function eventFaults(event: JsonObject): FieldFault[] {
  const about = stringAt(event, 'involvedObject', 'namespace')
  const own = stringAt(event, 'metadata', 'namespace')
  if (about === own || (about === '' && own === 'default')) return []
  return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')]
}

function budgetFaults(budget: JsonObject): FieldFault[] {
  const spec = objectAt(budget, 'spec')
  const hasBoth = spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined
  return hasBoth ? [invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')] : []
}

function roleRefFaults(binding: JsonObject, oldBinding: JsonObject): FieldFault[] {
  if (jsonEqual(binding.roleRef, oldBinding.roleRef)) return []
  return [invalidValue('roleRef', binding.roleRef, 'cannot change roleRef')]
}
