/**
 * Writes `src/schema/built-in-schemas.json`: field names and types of the built-in kinds, one line per type, taken
 * from the models that the Kubernetes client library ships. `update` writes the file, `verify` fails when it differs.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const OUTPUT = new URL('../src/schema/built-in-schemas.json', import.meta.url)
const controllerKit = createRequire(new URL('../../controller-kit/package.json', import.meta.url))
const MODELS = new URL('./gen/models/', pathToFileURL(controllerKit.resolve('@kubernetes/client-node')))

const ROOTS = [
  'CoreV1Event,EventsV1Event,V1Binding,V1ClusterRole,V1ClusterRoleBinding,V1ConfigMap,V1ControllerRevision,V1CSINode',
  'V1CustomResourceDefinition,V1DaemonSet,V1Deployment,V1Endpoints,V1EndpointSlice,V1Eviction,V1Job,V1Lease',
  'V1Namespace,V1Node,V1PersistentVolume,V1PersistentVolumeClaim,V1Pod,V1PodDisruptionBudget,V1PriorityClass',
  'V1ReplicaSet,V1Role,V1RoleBinding,V1Scale,V1Secret,V1Service,V1ServiceAccount,V1StatefulSet,V1StorageClass',
  'V1ValidatingAdmissionPolicy,V1ValidatingAdmissionPolicyBinding,V1VolumeAttachment',
].flatMap((line) => line.split(','))

/** The models call quantities strings; they also accept numbers and have a canonical form. */
const QUANTITIES: Record<string, string[]> = {
  V1ContainerStatus: ['allocatedResources'],
  V1EmptyDirVolumeSource: ['sizeLimit'],
  V1NodeStatus: ['allocatable', 'capacity'],
  V1PersistentVolumeClaimStatus: ['allocatedResources', 'capacity'],
  V1PersistentVolumeSpec: ['capacity'],
  V1PodSpec: ['overhead'],
  V1PodStatus: ['allocatedResources'],
  V1ResourceFieldSelector: ['divisor'],
  V1ResourceRequirements: ['limits', 'requests'],
  V1VolumeResourceRequirements: ['limits', 'requests'],
}

interface Attribute {
  baseName: string
  type: string
  format: string
}

function fieldType({ baseName, type, format }: Attribute): string {
  if (baseName === 'items' && type === 'any') return 'V1JSONSchemaProps'
  const list = /^Array<(.*)>$/.exec(type)
  if (list?.[1] !== undefined) return `[]${fieldType({ baseName: '', type: list[1], format })}`
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)
  if (map?.[1] !== undefined) return `{}${fieldType({ baseName: '', type: map[1], format })}`
  if (type === 'number') return format === '' ? 'double' : format
  if (type === 'Date' || type === 'V1MicroTime') return type === 'Date' ? 'date-time' : 'micro-time'
  if (type === 'IntOrString') return 'int-or-string'
  if (type === 'string' && format === 'byte') return 'byte'
  return type
}

async function attributesOf(model: string): Promise<Attribute[]> {
  const module: Record<string, { attributeTypeMap?: Attribute[] } | undefined> = await import(
    new URL(`${model}.js`, MODELS).href
  )
  const attributes = module[model]?.attributeTypeMap
  if (attributes === undefined) throw new Error(`the client library has no model ${model}`)
  return attributes
}

async function requiredFields(model: string): Promise<Set<string>> {
  const declaration = await readFile(new URL(`${model}.d.ts`, MODELS), 'utf8')
  return new Set([...declaration.matchAll(/^ {4}'([^']+)': /gm)].map((match) => match[1] ?? ''))
}

async function describe(model: string): Promise<{ text: string; references: string[] }> {
  const required = await requiredFields(model)
  const quantities = QUANTITIES[model] ?? []
  const attributes = await attributesOf(model)
  const references: string[] = []
  const fields = attributes.map((attribute) => {
    const type = fieldType(attribute)
    const base = type.replace(/^(\[\]|\{\})+/, '')
    if (/^[A-Z]/.test(base)) references.push(base)
    const shown = quantities.includes(attribute.baseName) ? type.replace(/string$/, 'quantity') : type
    return `${attribute.baseName}${required.has(attribute.baseName) ? '!' : ''}:${shown}`
  })
  return { text: fields.join(' '), references }
}

async function schemas(): Promise<string> {
  const described = new Map<string, string>()
  const pending = [...ROOTS]
  for (let model = pending.pop(); model !== undefined; model = pending.pop()) {
    if (described.has(model)) continue
    const { text, references } = await describe(model)
    described.set(model, text)
    pending.push(...references)
  }
  const sorted = Object.fromEntries([...described].sort(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify(sorted, null, 2)}\n`
}

const wanted = await schemas()
if (process.argv[2] === 'update') {
  await writeFile(OUTPUT, wanted)
} else if ((await readFile(OUTPUT, 'utf8')) !== wanted) {
  throw new Error('built-in-schemas.json differs from the client library: run update:kinds')
}
