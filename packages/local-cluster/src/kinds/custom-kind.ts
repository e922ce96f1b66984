import { compileSchemaRules, type SchemaRules } from '../cel/schema-rules.ts'
import type { KubeObject } from '../cluster-access.ts'
import { listAt, objectAt, stringAt, valueAt } from '../json.ts'
import type { KindDefinition, ScalePaths } from '../kind-definition.ts'
import { isSchema, type Schema } from '../schema/schema.ts'

export interface PrinterColumn {
  name: string
  type: string
  format: string
  description: string
  priority: number
  jsonPath: string
}

/** What a CustomResourceDefinition says about one version, beside its definition. */
export interface CustomVersion {
  definition: KindDefinition
  schema: Schema
  rules: SchemaRules | undefined
  columns: PrinterColumn[]
  deprecation: string | undefined
}

/** The served versions of a CustomResourceDefinition, in the order of discovery: newest stable first. */
export function customVersions(crd: KubeObject): CustomVersion[] {
  const versions = listAt(crd, 'spec', 'versions')
  const storage = versions.find((version) => valueAt(version, 'storage') === true)
  const served = versions.filter((version) => valueAt(version, 'served') === true)
  return served
    .map((version) => customVersion(crd, version, stringAt(storage, 'name')))
    .sort((left, right) => byPriority(left.definition.version, right.definition.version))
}

function customVersion(crd: KubeObject, version: unknown, storageVersion: string): CustomVersion {
  const schema = objectAt(version, 'schema', 'openAPIV3Schema')
  const known = isSchema(schema) ? schema : {}
  const definition = kindDefinition(crd, version, storageVersion)
  return {
    definition,
    schema: known,
    rules: compileSchemaRules(known),
    columns: printerColumns(listAt(version, 'additionalPrinterColumns')),
    deprecation: deprecationWarning(definition, version),
  }
}

function kindDefinition(crd: KubeObject, version: unknown, storageVersion: string): KindDefinition {
  const names = objectAt(crd, 'spec', 'names')
  const kind = stringAt(names, 'kind')
  const scale = scalePaths(version)
  return {
    group: stringAt(crd, 'spec', 'group'),
    version: stringAt(version, 'name'),
    plural: stringAt(names, 'plural'),
    kind,
    namespaced: stringAt(crd, 'spec', 'scope') === 'Namespaced',
    singular: stringAt(names, 'singular') || kind.toLowerCase(),
    shortNames: texts(listAt(names, 'shortNames')),
    categories: texts(listAt(names, 'categories')),
    listKind: stringAt(names, 'listKind') || `${kind}List`,
    subresources: {
      status: objectAt(version, 'subresources', 'status') !== undefined,
      ...(scale === undefined ? {} : { scale }),
    },
    custom: true,
    storageVersion,
  }
}

function scalePaths(version: unknown): ScalePaths | undefined {
  const scale = objectAt(version, 'subresources', 'scale')
  if (scale === undefined) return undefined
  const labelSelectorPath = stringAt(scale, 'labelSelectorPath')
  return {
    specReplicasPath: stringAt(scale, 'specReplicasPath'),
    statusReplicasPath: stringAt(scale, 'statusReplicasPath'),
    ...(labelSelectorPath === '' ? {} : { labelSelectorPath }),
  }
}

const AGE_ONLY = [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }]

function printerColumns(declared: unknown[]): PrinterColumn[] {
  return (declared.length === 0 ? AGE_ONLY : declared).map(printerColumn)
}

function printerColumn(column: unknown): PrinterColumn {
  const priority = valueAt(column, 'priority')
  return {
    name: stringAt(column, 'name'),
    type: stringAt(column, 'type'),
    format: stringAt(column, 'format'),
    description:
      stringAt(column, 'description') ||
      `Custom resource definition column (in JSONPath format): ${stringAt(column, 'jsonPath')}`,
    priority: typeof priority === 'number' ? priority : 0,
    jsonPath: stringAt(column, 'jsonPath'),
  }
}

function deprecationWarning({ group, version, kind }: KindDefinition, declared: unknown): string | undefined {
  if (valueAt(declared, 'deprecated') !== true) return undefined
  return stringAt(declared, 'deprecationWarning') || `${group}/${version} ${kind} is deprecated`
}

function texts(values: unknown[]): string[] {
  return values.filter((value) => typeof value === 'string')
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/
const STABILITY = ['alpha', 'beta', undefined]

/** Kubernetes' order: stable before beta before alpha, higher numbers first, other names last by name. */
function byPriority(left: string, right: string): number {
  const [a, b] = [VERSION.exec(left), VERSION.exec(right)]
  if (a === null || b === null) return a === b ? (left < right ? -1 : 1) : a === null ? 1 : -1
  const stability = STABILITY.indexOf(b[2]) - STABILITY.indexOf(a[2])
  return stability || Number(b[1]) - Number(a[1]) || Number(b[3] ?? 0) - Number(a[3] ?? 0)
}
