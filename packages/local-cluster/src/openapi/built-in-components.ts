import type { KindDefinition } from '../kind-definition.ts'
import { builtInModel } from '../kinds/built-in-kinds.ts'
import { builtInType, type FieldType, goTypeName } from '../schema/built-in-type.ts'

const META = new Set(
  'V1Condition,V1LabelSelector,V1LabelSelectorRequirement,V1ListMeta,V1ManagedFieldsEntry,V1ObjectMeta,V1OwnerReference'.split(
    ',',
  ),
)
const META_PREFIX = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'

type Components = Record<string, object>

/** OpenAPI schemas of built-in kinds of one group version, of object metadata, and of everything they refer to. */
export function builtInComponents(kinds: KindDefinition[]): Components {
  const [first] = kinds
  const prefix = `io.k8s.api.${(first?.group || 'core').split('.')[0]}.v1`
  const components: Components = {
    [INT_OR_STRING]: { 'x-kubernetes-int-or-string': true, format: 'int-or-string' },
    [QUANTITY]: { type: 'string', format: 'quantity' },
  }
  const pending = ['V1ObjectMeta', ...kinds.map((kind) => builtInModel(kind)).filter((model) => model !== undefined)]
  const seen = new Set<string>()
  for (let model = pending.pop(); model !== undefined; model = pending.pop()) {
    if (seen.has(model)) continue
    seen.add(model)
    components[componentName(model, prefix)] = structSchema(model, prefix)
    for (const { type } of builtInType(model).values()) pending.push(...referenced(type))
  }
  for (const kind of kinds) Object.assign(components[kindComponent(kind)] ?? {}, groupVersionKind(kind))
  return components
}

/** Name of a built-in kind's schema. */
export function kindComponent(kind: KindDefinition): string {
  const prefix = `io.k8s.api.${(kind.group || 'core').split('.')[0]}.v1`
  return componentName(builtInModel(kind) ?? kind.kind, prefix)
}

export function groupVersionKind({ group, version, kind }: KindDefinition): object {
  return { 'x-kubernetes-group-version-kind': [{ group, version, kind }] }
}

function componentName(model: string, prefix: string): string {
  return `${META.has(model) ? META_PREFIX : prefix}.${goTypeName(model)}`
}

function structSchema(model: string, prefix: string): object {
  const fields = [...builtInType(model)]
  const required = fields.filter(([, field]) => field.required).map(([name]) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, { type }]) => [name, fieldSchema(type, prefix)])),
    ...(required.length === 0 ? {} : { required }),
  }
}

function fieldSchema(type: FieldType, prefix: string): object {
  switch (type.form) {
    case 'struct':
      return reference(componentName(type.model, prefix))
    case 'list':
      return { type: 'array', items: fieldSchema(type.of, prefix) }
    case 'map':
      return { type: 'object', additionalProperties: mapValueSchema(type.of, prefix) }
    default:
      return SCALARS[type.name] ?? { type: 'string' }
  }
}

/** `kubectl explain` names the type of a map's values only when it is referred to directly. */
function mapValueSchema(type: FieldType, prefix: string): object {
  if (type.form === 'scalar' && type.name === 'quantity') return direct(QUANTITY)
  return type.form === 'struct' ? direct(componentName(type.model, prefix)) : fieldSchema(type, prefix)
}

function direct(component: string): object {
  return { $ref: `#/components/schemas/${component}` }
}

export function reference(component: string): object {
  return { allOf: [direct(component)] }
}

const SCALARS: Record<string, object> = {
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  byte: { type: 'string', format: 'byte' },
  any: { 'x-kubernetes-preserve-unknown-fields': true },
  Object: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'date-time': { type: 'string', format: 'date-time' },
  'micro-time': { type: 'string', format: 'date-time' },
  'int-or-string': reference(INT_OR_STRING),
  quantity: reference(QUANTITY),
}

function referenced(type: FieldType): string[] {
  if (type.form === 'struct') return [type.model]
  return type.form === 'scalar' ? [] : referenced(type.of)
}
