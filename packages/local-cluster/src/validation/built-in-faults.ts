import type { ValidateRequest } from '../kind-definition.ts'
import type { FieldFault } from '../schema/field-fault.ts'
import { metadataFaults, metadataUpdateFaults } from './metadata-faults.ts'
import { dns1035Label, dns1123Label, dns1123Subdomain, type NameRule, pathSegment } from './name-rules.ts'

const NAME_RULES: Record<string, NameRule> = {
  '/Namespace': dns1123Label,
  '/Service': dns1035Label,
  'rbac.authorization.k8s.io/Role': pathSegment,
  'rbac.authorization.k8s.io/RoleBinding': pathSegment,
  'rbac.authorization.k8s.io/ClusterRole': pathSegment,
  'rbac.authorization.k8s.io/ClusterRoleBinding': pathSegment,
}

/** Faults of an object of a built-in kind, as far as its rules are known here. */
export function builtInFaults({ kind, object, oldObject }: ValidateRequest): FieldFault[] {
  const name = `${kind.group}/${kind.kind}`
  const inMetadata =
    oldObject === undefined
      ? metadataFaults(object, kind.namespaced, NAME_RULES[name] ?? dns1123Subdomain)
      : metadataUpdateFaults(object, oldObject)
  return inMetadata
}
