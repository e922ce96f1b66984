/**
 * Writes `src/protobuf/protobuf-fields.json`: which field of a protobuf message is which JSON field, for the kinds
 * that typed clients send as protobuf, taken from the Go types of Kubernetes' own API modules (needs `go` and the Go
 * module proxy). `update` writes the file, `verify` fails when it differs.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const VERSION = 'v0.34.1'
const OUTPUT = new URL('../src/protobuf/protobuf-fields.json', import.meta.url)
const GROUPS = [
  'admissionregistration/v1',
  'apps/v1',
  'authentication/v1',
  'authorization/v1',
  'autoscaling/v1',
  'batch/v1',
  'coordination/v1',
  'core/v1',
  'discovery/v1',
  'events/v1',
  'policy/v1',
  'rbac/v1',
  'scheduling/v1',
  'storage/v1',
]
const SCALARS = new Set(['string', 'bool', 'int32', 'int64', 'float64', '[]byte', 'byte'])
/** Messages whose JSON is not an object; the decoder knows them. */
const SPECIAL: Record<string, string> = {
  'meta/v1.Time': 'time',
  'meta/v1.MicroTime': 'micro-time',
  'meta/v1.FieldsV1': 'raw',
  'resource.Quantity': 'quantity',
  'intstr.IntOrString': 'int-or-string',
  'runtime.RawExtension': 'raw',
}
const PACKAGES: Record<string, string> = { metav1: 'meta/v1', v1: 'core/v1', corev1: 'core/v1', apiv1: 'core/v1' }

interface Types {
  structs: Map<string, string>
  aliases: Map<string, string>
}

function moduleFolder(module: string): string {
  const facts: unknown = JSON.parse(execFileSync('go', ['mod', 'download', '-json', `${module}@${VERSION}`]).toString())
  return (facts as { Dir: string }).Dir
}

function readTypes(types: Types, folder: string, name: string): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('types.go'))
  for (const file of files) {
    const text = readFileSync(`${folder}/${file}`, 'utf8').replace(/^\s*\/\/.*$/gm, '')
    for (const [, type = '', body = ''] of text.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)) {
      types.structs.set(`${name}.${type}`, body)
    }
    for (const [, type = '', of = ''] of text.matchAll(/^\t?(?:type )?(\w+) ((?:\[\]|map\[\w+\])?[\w.]+)$/gm)) {
      types.aliases.set(`${name}.${type}`, of)
    }
  }
}

/** `[]core/v1.Container` and the like: aliases resolved, packages spelled out. */
function resolved(types: Types, type: string, home: string): string {
  if (SCALARS.has(type)) return type
  if (type.startsWith('[]')) return `[]${resolved(types, type.slice(2), home)}`
  const map = /^map\[[\w.]+\](.+)$/.exec(type)
  if (map?.[1] !== undefined) return `{}${resolved(types, map[1], home)}`
  const dot = type.lastIndexOf('.')
  const from = dot < 0 ? home : (PACKAGES[type.slice(0, dot)] ?? type.slice(0, dot))
  const name = `${from}.${type.slice(dot + 1)}`
  if (from === 'types') return 'string'
  const alias = types.aliases.get(name)
  return SPECIAL[name] ?? (alias === undefined ? name : resolved(types, alias, from))
}

/** `3 restartPolicy string ?`: number, JSON name, type; `*` a pointer (kept when zero), `?` left out when zero. */
function fieldsOf(types: Types, message: string): string[] {
  const home = message.slice(0, message.lastIndexOf('.'))
  const lines = types.structs.get(message)?.matchAll(/^\s*(?:\w+ +)?(\*?)(\S+)\s+`(.*)`/gm) ?? []
  return [...lines].flatMap(([, pointer, type = '', tags = '']) => {
    const number = /protobuf:"\w+,(\d+)/.exec(tags)?.[1]
    const [name = '', ...options] = (/json:"([^"]*)"/.exec(tags)?.[1] ?? '').split(',')
    if (number === undefined) return []
    const mark = pointer === '*' ? ' *' : options.some((option) => option.startsWith('omit')) ? ' ?' : ''
    return [`${number} ${name === '' ? '-' : name} ${resolved(types, type, home)}${mark}`]
  })
}

function reachable(types: Types, roots: string[]): Record<string, string> {
  const found = new Map<string, string>()
  const waiting = [...roots]
  for (let message = waiting.pop(); message !== undefined; message = waiting.pop()) {
    if (found.has(message) || !types.structs.has(message)) continue
    const fields = fieldsOf(types, message)
    found.set(message, fields.join('|'))
    waiting.push(...fields.map((field) => (field.split(' ')[2] ?? '').replace(/^(\[\]|\{\})+/, '')))
  }
  return Object.fromEntries([...found].sort(([left], [right]) => (left < right ? -1 : 1)))
}

const types: Types = { structs: new Map(), aliases: new Map() }
const api = moduleFolder('k8s.io/api')
const machinery = moduleFolder('k8s.io/apimachinery')
for (const group of GROUPS) readTypes(types, `${api}/${group}`, group)
readTypes(types, `${machinery}/pkg/apis/meta/v1`, 'meta/v1')
const kinds = [...types.structs].filter(([name, body]) => !name.startsWith('meta/') && body.includes('TypeMeta'))
const roots = kinds.map(([name]) => name).filter((name) => !name.endsWith('List'))
const text = `${JSON.stringify(reachable(types, [...roots, 'meta/v1.DeleteOptions']), undefined, 2)}\n`

if (process.argv[2] === 'update') writeFileSync(OUTPUT, text)
else if (readFileSync(OUTPUT, 'utf8') !== text) {
  process.stderr.write(`${fileURLToPath(OUTPUT)} differs from ${VERSION} of the modules: run update:protobuf\n`)
  process.exitCode = 1
}
