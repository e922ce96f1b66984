import { customResourceDefinitions } from '@kaito/api'
import fc from 'fast-check'
import { z } from 'zod'

interface Schema {
  type?: string
  enum?: unknown[] | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  minItems?: number | undefined
  maxItems?: number | undefined
  maxLength?: number | undefined
  required?: string[] | undefined
  properties?: Record<string, Schema> | undefined
  additionalProperties?: Schema | undefined
  items?: Schema | undefined
}

const schemaSchema: z.ZodType<Schema> = z.lazy(
  () =>
    z.object({
      type: z.string().optional(),
      enum: z.array(z.unknown()).optional(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      minItems: z.number().optional(),
      maxItems: z.number().optional(),
      maxLength: z.number().optional(),
      required: z.array(z.string()).optional(),
      properties: z.record(z.string(), schemaSchema).optional(),
      additionalProperties: schemaSchema.optional(),
      items: schemaSchema.optional(),
    }) as z.ZodType<Schema>,
)

const definitionSchema = z.object({
  spec: z.object({ versions: z.array(z.object({ schema: z.object({ openAPIV3Schema: schemaSchema }) })) }),
})

/** A generated manifest, and the one change that was made to it, if any. */
export interface GeneratedWorkspace {
  manifest: Record<string, unknown>
  mutation: { path: string; kind: string } | undefined
}

/** What strings look like that the rules of their field accept. */
const PLAUSIBLE: [field: RegExp, values: string[]][] = [
  [/^resource\.instanceTypes?\b/, ['Standard_NC24ads_A100_v4', 'standard_nc24ADS_a100_v4', 'Standard_NC6s_v3']],
  [/^resource\.instanceTypes?\b/, ['Standard_ND96isr_H100_v5', 'Standard_NC48ads_A100_v4', 'Standard_NC96ads_A100_v4']],
  [/^resource\.nodeClassRef\.group$/, ['kaito.sh']],
  [/^resource\.nodeClassRef\.kind$/, ['AgentPoolClass']],
  [
    /matchLabels\.\*key$/,
    ['apps', 'team/a', 'example.com/role', 'node.kubernetes.io/instance-type', 'kubernetes.io/os'],
  ],
  [/matchLabels\.\*$/, ['phi-3', 'linux', 'Standard_NC24ads_A100_v4', '']],
  [/source\.name$/, ['first', 'second', 'third']],
  [/preset\.name$/, ['phi-3-mini-4k-instruct', 'phi-3-mini-128k-instruct', 'falcon-7b', 'falcon-40b', 'phi-2']],
  [/preset\.name$/, ['mistral-7b-instruct', 'llama-2-13b-chat', 'llama-2-70b']],
  [/[iI]mage$/, ['registry.example.com/models/a:1.0', 'example.azurecr.io/adapter:0.0.1', 'busybox']],
  [/strength$/, ['0', '0.5', '1.0', '1']],
  [/urls\[\]$/, ['https://example.com/data.parquet?download=true', 'http://data.example.org/a']],
]

/** How often an optional field is there: some are refused by their presence, others by their absence. */
const ODDS: [field: RegExp, present: number][] = [
  [/partition|matchExpressions|modelAccessSecret|volumeSource|inference\.config|adapters\[\]\.source\.urls/, 0.02],
  [/presetOptions|accessMode|instanceTypes/, 0.15],
  [/^(inference|tuning)$|^inference\.preset$|^resource\.instanceType$|source\.(name|image)$/, 0.97],
  [/^tuning\.output\.|^tuning\.input\.(urls|image)$/, 0.97],
]
const EVEN_ODDS = 0.5
const PERCENT = 100

const OFTEN_TRUE = 0.95

function stringAt(path: string, { maxLength = 20 }: Schema): fc.Arbitrary<string> {
  const values = PLAUSIBLE.filter(([field]) => field.test(path)).flatMap(([, some]) => some)
  if (values.length > 0) return fc.constantFrom(...values)
  return fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/).map((text) => text.slice(0, maxLength))
}

function valueAt(schema: Schema, path: string): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'string':
      return stringAt(path, schema)
    case 'integer': {
      const min = schema.minimum ?? 0
      return fc.integer({ min, max: Math.min(schema.maximum ?? min + 20, min + 20) })
    }
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(valueAt(schema.items ?? {}, `${path}[]`), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      })
    default:
      return objectAt(schema, path)
  }
}

function objectAt({ properties, additionalProperties, required = [] }: Schema, path: string): fc.Arbitrary<unknown> {
  if (additionalProperties) {
    const keys = stringAt(`${path}.*key`, {})
    return fc.dictionary(keys, valueAt(additionalProperties, `${path}.*`).map(String), { maxKeys: 3 })
  }
  const fields = Object.entries(properties ?? {}).map(([name, schema]) => {
    const at = path === '' ? name : `${path}.${name}`
    const value = valueAt(schema, at)
    if (required.includes(name)) return [name, value] as const
    const present = Math.round((ODDS.find(([field]) => field.test(at))?.[1] ?? EVEN_ODDS) * PERCENT)
    const absent = { weight: PERCENT - present, arbitrary: fc.constant(undefined) }
    return [name, fc.oneof(absent, { weight: present, arbitrary: value })] as const
  })
  return fc
    .record(Object.fromEntries(fields))
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Of fields that exclude each other most manifests carry one. */
function choose(manifest: Record<string, unknown>, pick: number): void {
  const either = (within: unknown, fields: string[]) => {
    if (!isRecord(within)) return
    const present = fields.filter((field) => within[field] !== undefined)
    for (const field of present) if (field !== present[pick % present.length]) delete within[field]
  }
  either(manifest, ['inference', 'tuning'])
  either(manifest.inference, ['preset', 'template'])
  if (isRecord(manifest.tuning)) {
    either(manifest.tuning.input, ['urls', 'image'])
    if (isRecord(manifest.resource)) manifest.resource.count = 1
  }
}

const workspaceSchema = definitionSchema.parse(customResourceDefinitions()['kaito.sh_workspaces.yaml']).spec.versions[0]
  ?.schema.openAPIV3Schema

const {
  apiVersion: _version,
  kind: _kind,
  metadata: _metadata,
  status: _status,
  ...ASKED
} = workspaceSchema?.properties ?? {}

/** Manifests that the structure of the schema allows; most of them, but not all, keep its rules, too. */
const structured: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(objectAt({ ...workspaceSchema, properties: ASKED }, ''), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([asked, pick, chance]) => {
    const manifest: Record<string, unknown> = {
      apiVersion: 'kaito.sh/v1alpha1',
      kind: 'Workspace',
      metadata: { name: 'generated', namespace: 'default' },
      ...structuredClone(isRecord(asked) ? asked : {}),
    }
    if (chance < OFTEN_TRUE) choose(manifest, pick)
    return manifest
  })

/** Texts that break out where somebody splices them into a shell, a YAML, a URL or a log. */
export const HOSTILE_TEXTS = [
  '',
  ' ',
  'a b',
  "a'; rm -rf / #",
  '"quoted"',
  '$(id)',
  '`id`',
  '$HOME',
  '../../etc/passwd',
  'a\nb',
  'phi-3-mini-4k-instruct\n',
  'a\u0000b',
  '\u202egnp.exe',
  'рhi-3-mini-4k-instruct',
  'Ａ',
  '𝒳'.repeat(40),
  '-leading',
  '--flag=value',
  'a'.repeat(3000),
  'https://169.254.169.254/latest',
  'https://user:pass@example.com/',
  'http://2130706433/',
  'file:///etc/passwd',
]

interface Place {
  path: string
  holder: Record<string, unknown> | unknown[]
  key: string
}

export function placesIn(value: unknown, path: string): Place[] {
  const holder = Array.isArray(value) || isRecord(value) ? value : undefined
  if (!holder) return []
  return Object.entries(holder).flatMap(([key, child]) => {
    const at = Array.isArray(holder) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    return [{ path: at, holder, key }, ...placesIn(child, at)]
  })
}

type Change = [kind: string, value: (old: unknown) => unknown]

const CHANGES: Change[] = [
  ['removed', () => undefined],
  ['of another type', (old) => (typeof old === 'string' ? 7 : 'text')],
  ['an object', () => ({})],
  ['a list', () => []],
  ['a negative number', () => -1],
  ['a huge number', () => 1e9],
  ['a number beyond 32 bits', () => 2 ** 31],
  ['a fraction', () => 1.5],
  ['with an unknown field', (old) => (isRecord(old) ? { ...old, unheardOf: 1 } : old)],
  ['with its first item twice', (old) => (Array.isArray(old) && old.length > 0 ? [...old, old[0]] : old)],
  ['very long', (old) => (Array.isArray(old) && old.length > 0 ? Array(100).fill(old[0]) : old)],
  ...HOSTILE_TEXTS.map((text): Change => [`the text ${JSON.stringify(text.slice(0, 20))}`, () => text]),
  ...HOSTILE_TEXTS.map(
    (text): Change => [
      `with the key ${JSON.stringify(text.slice(0, 20))}`,
      (old) =>
        isRecord(old) && Object.values(old).every((one) => typeof one === 'string') ? { ...old, [text]: 'a' } : text,
    ],
  ),
]

/** Manifests of Workspaces, as the schema allows them or with one change. */
export const generatedWorkspaces: fc.Arbitrary<GeneratedWorkspace> = fc
  .tuple(structured, fc.option(fc.tuple(fc.nat(), fc.constantFrom(...CHANGES)), { freq: 1 }))
  .map(([manifest, change]) => {
    if (!change) return { manifest, mutation: undefined }
    const [pick, [kind, renew]] = change
    const { apiVersion, kind: name, metadata, ...asked } = structuredClone(manifest)
    const places = placesIn(asked, '')
    const place = places[pick % places.length]
    if (!place) return { manifest, mutation: undefined }
    const { path, holder, key } = place
    const next = renew(Reflect.get(holder, key))
    if (Array.isArray(holder)) holder.splice(Number(key), 1, ...(next === undefined ? [] : [next]))
    else if (next === undefined) delete holder[key]
    else holder[key] = next
    return { manifest: { apiVersion, kind: name, metadata, ...asked }, mutation: { path, kind } }
  })
