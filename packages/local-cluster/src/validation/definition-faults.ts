import { ruleFaults } from '../cel/rule-faults.ts'
import { type JsonObject, jsonEqual, listAt, objectAt, stringAt, valueAt } from '../json.ts'
import {
  childPath,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'
import { allDefaultFaults, keywordFaults } from '../schema/keyword-faults.ts'
import { isSchema } from '../schema/schema.ts'
import { structuralFaults } from '../schema/structural-faults.ts'
import { columnFaults, definitionNameFaults, scalePathFaults } from './definition-name-faults.ts'
import { dns1035Label, dns1123Subdomain } from './name-rules.ts'

const IMMUTABLE = 'field is immutable'
const APPROVAL = 'api-approved.kubernetes.io'
const APPROVAL_HELP = 'see https://github.com/kubernetes/enhancements/pull/1111'

/** Faults of a CustomResourceDefinition: names, versions, schemas and their rules. */
export function definitionFaults(crd: JsonObject, oldCrd: JsonObject | undefined): FieldFault[] {
  const versions = listAt(crd, 'spec', 'versions')
  return [
    ...ownNameFaults(crd),
    ...approvalFaults(crd),
    ...groupFaults(stringAt(crd, 'spec', 'group')),
    ...scopeFaults(stringAt(crd, 'spec', 'scope')),
    ...versionListFaults(versions, Array.isArray(valueAt(crd, 'spec', 'versions'))),
    ...storedFaults(versions),
    ...definitionNameFaults(objectAt(crd, 'spec', 'names') ?? {}, 'spec.names'),
    ...versions.flatMap((version, index) => versionFaults(version, index, versions)),
    ...conversionFaults(crd),
    ...(oldCrd === undefined ? [] : immutableFaults(crd, oldCrd)),
  ]
}

/** Without a version to store in, its status has none either. */
function storedFaults(versions: unknown[]): FieldFault[] {
  if (versions.some((version) => valueAt(version, 'storage') === true)) return []
  return [invalidValue('status.storedVersions', undefined, 'must have at least one stored version')]
}

function ownNameFaults(crd: JsonObject): FieldFault[] {
  const name = stringAt(crd, 'metadata', 'name')
  const wanted = `${stringAt(crd, 'spec', 'names', 'plural')}.${stringAt(crd, 'spec', 'group')}`
  return name === wanted || name === ''
    ? []
    : [invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]
}

function approvalFaults(crd: JsonObject): FieldFault[] {
  const group = stringAt(crd, 'spec', 'group')
  const isProtected = /(^|\.)(k8s\.io|kubernetes\.io)$/.test(group)
  const approval = stringAt(crd, 'metadata', 'annotations', APPROVAL)
  if (!isProtected || approval.startsWith('unapproved') || URL.canParse(approval)) return []
  const at = itemPath('metadata.annotations', APPROVAL)
  const rule = `protected groups must have approval annotation "${APPROVAL}"`
  if (approval === '') return [requiredValue(at, `${rule}, ${APPROVAL_HELP}`)]
  const form = 'with either a URL or a reason starting with "unapproved"'
  return [invalidValue(at, approval, `${rule} ${form}, ${APPROVAL_HELP}`)]
}

function groupFaults(group: string): FieldFault[] {
  const at = 'spec.group'
  if (group === '') return [requiredValue(at)]
  const why = dns1123Subdomain(group)
  if (why.length > 0) return [invalidValue(at, group, why.join(','))]
  return group.includes('.') ? [] : [invalidValue(at, group, 'should be a domain with at least one dot')]
}

function scopeFaults(scope: string): FieldFault[] {
  if (scope === '') return [requiredValue('spec.scope')]
  const known = ['Cluster', 'Namespaced']
  return known.includes(scope) ? [] : [unsupportedValue('spec.scope', scope, known)]
}

function versionListFaults(versions: unknown[], isThere: boolean): FieldFault[] {
  const names = versions.map((version) => stringAt(version, 'name'))
  const storage = versions.filter((version) => valueAt(version, 'storage') === true)
  const faults: FieldFault[] = []
  if (new Set(names).size < names.length) {
    faults.push(invalidValue('spec.versions', versions, 'must contain unique version names'))
  }
  if (storage.length !== 1) {
    const why = 'must have exactly one version marked as storage version'
    faults.push(invalidValue('spec.versions', isThere ? versions : undefined, why))
  }
  return faults
}

function versionFaults(version: unknown, index: number, all: unknown[]): FieldFault[] {
  const own = itemPath('spec.versions', index)
  const name = stringAt(version, 'name')
  const why = dns1035Label(name)
  // The first version's name also fills a field of the API server's own representation.
  const places = index === 0 && name !== '' ? [childPath(own, 'name'), 'spec.version'] : [childPath(own, 'name')]
  const nameFaults = why.length === 0 ? [] : places.map((place) => invalidValue(place, name, why.join(',')))
  // What all versions share, the API server checks once and names by its place in its own representation.
  const shared = (part: string): boolean =>
    all.every((other) => jsonEqual(valueAt(other, part), valueAt(version, part)))
  const placed = (part: string, sharedName: string): string => {
    return shared(part) ? childPath('spec', sharedName) : childPath(own, part)
  }
  const once = (part: string): boolean => index === 0 || !shared(part)
  return [
    ...nameFaults,
    ...(once('schema') ? versionSchemaFaults(version, { path: placed('schema', 'validation'), own }) : []),
    ...(once('subresources') ? scalePathFaults(version, placed('subresources', 'subresources')) : []),
    ...(once('additionalPrinterColumns')
      ? columnFaults(version, placed('additionalPrinterColumns', 'additionalPrinterColumns'))
      : []),
  ]
}

function versionSchemaFaults(version: unknown, { path, own }: { path: string; own: string }): FieldFault[] {
  const schema = objectAt(version, 'schema', 'openAPIV3Schema')
  if (schema === undefined || !isSchema(schema)) {
    return [requiredValue(childPath(own, 'schema.openAPIV3Schema'))]
  }
  const at = childPath(path, 'openAPIV3Schema')
  const structural = structuralFaults(schema, at)
  const inDefaults = structural.length > 0 ? [] : allDefaultFaults(schema, at)
  const faults = [...statusRootFaults(version, at), ...keywordFaults(schema, at), ...structural, ...inDefaults]
  // Rules are compiled against the schema's types, which a faulty schema does not have.
  return faults.length > 0 ? faults : ruleFaults(schema, at)
}

/** The schema of the status is taken out of the root's. */
function statusRootFaults(version: unknown, path: string): FieldFault[] {
  const type = stringAt(version, 'schema', 'openAPIV3Schema', 'type')
  if (objectAt(version, 'subresources', 'status') === undefined || type === '' || type === 'object') return []
  const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
  return [invalidValue(childPath(path, 'type'), type, why)]
}

function conversionFaults(crd: JsonObject): FieldFault[] {
  const strategy = stringAt(crd, 'spec', 'conversion', 'strategy')
  const why = 'the embedded API server converts by strategy None only'
  return strategy === '' || strategy === 'None' ? [] : [forbiddenValue('spec.conversion.strategy', why)]
}

function immutableFaults(crd: JsonObject, oldCrd: JsonObject): FieldFault[] {
  const paths = [['group'], ['scope'], ['names', 'kind'], ['names', 'plural']]
  return paths
    .filter((path) => stringAt(crd, 'spec', ...path) !== stringAt(oldCrd, 'spec', ...path))
    .map((path) => invalidValue(['spec', ...path].join('.'), stringAt(crd, 'spec', ...path), IMMUTABLE))
}
