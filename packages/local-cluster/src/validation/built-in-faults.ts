import { type JsonObject, objectAt, stringAt } from '../json.ts'
import type { ValidateRequest } from '../kind-definition.ts'
import { builtInModel } from '../kinds/built-in-kinds.ts'
import { type FieldFault, invalidValue } from '../schema/field-fault.ts'
import { roleBindingFaults, roleFaults, roleRefFaults } from './access-faults.ts'
import { budgetFaults } from './budget-faults.ts'
import { dataFaults, dataUpdateFaults } from './data-faults.ts'
import { definitionFaults } from './definition-faults.ts'
import { eventFaults } from './event-faults.ts'
import { leaseFaults } from './lease-faults.ts'
import { kubeFinalizerFaults, metadataFaults, metadataUpdateFaults } from './metadata-faults.ts'
import { dns1123Label, dns1123Subdomain, type NameRule, pathSegment } from './name-rules.ts'
import { nodeFaults, nodeUpdateFaults } from './node-faults.ts'
import { podSpecFaults, podUpdateFaults } from './pod-faults.ts'
import { bindingFaults, policyFaults } from './policy-faults.ts'
import { requiredFaults } from './required-faults.ts'
import { serviceFaults, serviceStatusFaults, serviceUpdateFaults } from './service-faults.ts'
import { statusFaults } from './status-faults.ts'
import {
  immutableFaults,
  jobFaults,
  jobUpdateFaults,
  statefulSetUpdateFaults,
  workloadFaults,
} from './workload-faults.ts'

interface KindRules {
  /** The metadata of a new object is looked at when nothing else is wrong. */
  metadataLast?: true
  /** Its own rules say what is required. */
  knowsRequired?: true
  name?: NameRule
  faults?(object: JsonObject, oldObject: JsonObject | undefined): FieldFault[]
  updateFaults?(object: JsonObject, oldObject: JsonObject): FieldFault[]
  statusFaults?(object: JsonObject): FieldFault[]
}

const accessRules = (namespaced: boolean): KindRules => ({
  name: pathSegment,
  faults: (role) => roleFaults(role, namespaced),
  knowsRequired: true,
})
const bindingRules = (namespaced: boolean): KindRules => ({
  name: pathSegment,
  faults: (binding) => roleBindingFaults(binding, namespaced),
  updateFaults: roleRefFaults,
  knowsRequired: true,
})

const RULES: Record<string, KindRules> = {
  '/ConfigMap': dataRules('ConfigMap'),
  '/Event': { name: pathSegment, faults: eventFaults, knowsRequired: true, metadataLast: true },
  '/Namespace': { name: dns1123Label, statusFaults: namespaceStatusFaults },
  '/Node': { faults: nodeFaults, updateFaults: nodeUpdateFaults, knowsRequired: true },
  '/Pod': {
    faults: (pod) => podSpecFaults(objectAt(pod, 'spec') ?? { containers: [] }, 'spec'),
    updateFaults: podUpdateFaults,
  },
  '/Secret': dataRules('Secret'),
  '/Service': {
    name: dns1123Label,
    faults: serviceFaults,
    updateFaults: serviceUpdateFaults,
    statusFaults: serviceStatusFaults,
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': { faults: policyFaults, knowsRequired: true },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': { faults: bindingFaults, knowsRequired: true },
  'apiextensions.k8s.io/CustomResourceDefinition': { faults: definitionFaults, knowsRequired: true },
  'apps/DaemonSet': workloadRules('DaemonSet'),
  'apps/Deployment': workloadRules('Deployment'),
  'apps/ReplicaSet': workloadRules('ReplicaSet'),
  'apps/StatefulSet': {
    name: dns1123Label,
    faults: (set) => workloadFaults(set, 'StatefulSet'),
    updateFaults: statefulSetUpdateFaults,
  },
  'batch/Job': { faults: jobFaults, updateFaults: jobUpdateFaults },
  'coordination.k8s.io/Lease': { faults: leaseFaults },
  'policy/PodDisruptionBudget': { name: pathSegment, faults: budgetFaults, metadataLast: true },
  'rbac.authorization.k8s.io/ClusterRole': accessRules(false),
  'rbac.authorization.k8s.io/ClusterRoleBinding': bindingRules(false),
  'rbac.authorization.k8s.io/Role': accessRules(true),
  'rbac.authorization.k8s.io/RoleBinding': bindingRules(true),
}

/** They let anybody's finalizers be. */
const NEWER_GROUPS = new Set(['apiextensions.k8s.io', 'admissionregistration.k8s.io', 'policy', 'coordination.k8s.io'])

function namespaceStatusFaults(namespace: JsonObject): FieldFault[] {
  const phase = stringAt(namespace, 'status', 'phase')
  const wanted = stringAt(namespace, 'metadata', 'deletionTimestamp') === '' ? 'Active' : 'Terminating'
  if (phase === wanted) return []
  const when = wanted === 'Active' ? 'is empty' : 'is not empty'
  return [invalidValue('status.Phase', phase, `may only be '${wanted}' if \`deletionTimestamp\` ${when}`)]
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
export function builtInFaults(request: ValidateRequest): FieldFault[] {
  const { kind, object, oldObject, subresource } = request
  const rules = RULES[`${kind.group}/${kind.kind}`] ?? {}
  if (rules.metadataLast && oldObject === undefined) {
    const own = rules.faults?.(object, oldObject) ?? []
    if (own.length > 0) return own
  }
  const inMetadata = allMetadataFaults(request, rules)
  if (subresource !== undefined) {
    return [...inMetadata, ...(rules.statusFaults?.(object) ?? []), ...statusFaults(object, kind.kind)]
  }
  return [
    ...inMetadata,
    ...(rules.knowsRequired ? [] : missingFaults(object, builtInModel(kind))),
    ...(rules.faults?.(object, oldObject) ?? []),
    ...(oldObject === undefined ? [] : (rules.updateFaults?.(object, oldObject) ?? [])),
  ]
}

function allMetadataFaults({ kind, object, oldObject }: ValidateRequest, rules: KindRules): FieldFault[] {
  const faults =
    oldObject === undefined
      ? metadataFaults(object, kind.namespaced, rules.name ?? dns1123Subdomain)
      : metadataUpdateFaults(object, oldObject)
  const letsFinalizersBe = NEWER_GROUPS.has(kind.group) || kind.kind === 'Event'
  return letsFinalizersBe ? faults : [...faults, ...kubeFinalizerFaults(object)]
}

/** Status is written by components that leave out what they do not know. */
function missingFaults(object: JsonObject, model: string | undefined): FieldFault[] {
  if (model === undefined) return []
  const { status, metadata, ...wanted } = object
  return requiredFaults({ ...wanted, metadata: {} }, model, '')
}
