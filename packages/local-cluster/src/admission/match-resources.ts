import type { KubeObject } from '../cluster-access.ts'
import { type JsonObject, listAt, stringAt } from '../json.ts'
import type { ObjectReader, ValidateRequest } from '../kind-definition.ts'
import type { SchemaRegistry } from '../kinds/kind-registry.ts'
import { NAMESPACES } from '../objects/kinds.ts'
import { type LabelSelector, selectorAt, selects } from '../selectors/label-selector.ts'

export interface Surroundings {
  kinds: SchemaRegistry
  reader: ObjectReader
}

/** Whether a policy's or binding's `MatchResources` select the request; an absent list of rules selects everything. */
export function matchesResources(request: ValidateRequest, match: JsonObject, around: Surroundings): boolean {
  if (!matchesNamespace(request, selectorAt(match, 'namespaceSelector') ?? {}, around.reader)) return false
  if (!matchesLabels(request, selectorAt(match, 'objectSelector') ?? {})) return false
  const isEquivalent = stringAt(match, 'matchPolicy') !== 'Exact'
  const fits = (rule: unknown): boolean => matchesRule(request, rule, isEquivalent ? around.kinds : undefined)
  if (listAt(match, 'excludeResourceRules').some(fits)) return false
  const rules = listAt(match, 'resourceRules')
  return rules.length === 0 || rules.some(fits)
}

/** Cluster-wide objects match any selector of namespaces; a Namespace is judged by its own labels. */
function matchesNamespace({ kind, object }: ValidateRequest, selector: LabelSelector, reader: ObjectReader): boolean {
  if (kind.group === '' && kind.kind === 'Namespace') return selects(selector, object.metadata.labels)
  const { namespace } = object.metadata
  if (!kind.namespaced || namespace === undefined) return true
  return selects(selector, reader.get(NAMESPACES, { name: namespace })?.metadata.labels)
}

function matchesLabels({ object, oldObject }: ValidateRequest, selector: LabelSelector): boolean {
  const labelled = (one: KubeObject | undefined): boolean => one !== undefined && selects(selector, one.metadata.labels)
  return labelled(object) || labelled(oldObject)
}

function includes(list: unknown[], value: string): boolean {
  return list.includes('*') || list.includes(value)
}

function matchesRule(request: ValidateRequest, rule: unknown, equivalent: SchemaRegistry | undefined): boolean {
  const { kind, operation, object } = request
  const scope = stringAt(rule, 'scope') || '*'
  const names = listAt(rule, 'resourceNames')
  return (
    includes(listAt(rule, 'operations'), operation.toUpperCase()) &&
    includes(listAt(rule, 'apiGroups'), kind.group) &&
    matchesVersion(request, listAt(rule, 'apiVersions'), equivalent) &&
    matchesResourceName(request, listAt(rule, 'resources')) &&
    (scope === '*' || (scope === 'Namespaced') === kind.namespaced) &&
    (names.length === 0 || names.includes(object.metadata.name))
  )
}

function matchesVersion(
  { kind }: ValidateRequest,
  versions: unknown[],
  equivalent: SchemaRegistry | undefined,
): boolean {
  if (includes(versions, kind.version)) return true
  return versions.some((version) => equivalent?.find(kind.group, String(version), kind.plural) !== undefined)
}

function matchesResourceName({ kind, subresource }: ValidateRequest, resources: unknown[]): boolean {
  if (subresource === undefined) return includes(resources, kind.plural) || resources.includes('*/*')
  const candidates = ['*/*', `*/${subresource}`, `${kind.plural}/*`, `${kind.plural}/${subresource}`]
  return candidates.some((candidate) => resources.includes(candidate))
}
