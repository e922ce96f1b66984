import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { readManifests } from '../harness/manifests.ts'

interface Schema {
  'x-kubernetes-validations'?: { message: string; fieldPath?: string | undefined }[] | undefined
  properties?: Record<string, Schema> | undefined
  items?: Schema | undefined
  additionalProperties?: Schema | undefined
}

const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    'x-kubernetes-validations': z.array(z.object({ message: z.string(), fieldPath: z.string().optional() })).optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    items: schemaSchema.optional(),
    additionalProperties: schemaSchema.optional(),
  }),
)
const definitionSchema = z.object({
  spec: z.object({ versions: z.array(z.object({ schema: z.object({ openAPIV3Schema: schemaSchema }) })) }),
})
const policySchema = z.object({
  spec: z.object({
    variables: z.array(z.object({ name: z.string(), expression: z.string() })),
    validations: z.array(z.object({ message: z.string().default(''), messageExpression: z.string().default('') })),
  }),
})

/** What each rule of the CustomResourceDefinition says, after its field: `resource.instanceTypes[]: is not …`. */
export async function definitionMessages(): Promise<string[]> {
  const path = new URL('../../crds/kaito.sh_workspaces.yaml', import.meta.url)
  const { versions } = definitionSchema.parse(parse(await readFile(path, 'utf8'))).spec
  return [...new Set(versions.flatMap(({ schema }) => messagesIn(schema.openAPIV3Schema, '')))]
}

function messagesIn(schema: Schema, path: string): string[] {
  const { items, additionalProperties } = schema
  const rules = schema['x-kubernetes-validations'] ?? []
  const below = Object.entries(schema.properties ?? {}).map(([name, field]) => messagesIn(field, `${path}.${name}`))
  return [
    ...rules.map(({ message, fieldPath = '' }) => `${path}${fieldPath}: ${message}`.replace(/^\./, '')),
    ...below.flat(),
    ...(items ? messagesIn(items, `${path}[]`) : []),
    ...(additionalProperties ? messagesIn(additionalProperties, `${path}[]`) : []),
  ]
}

/** The value that a refusal shows; releases of Kubernetes differ in it. */
const SHOWN_VALUE = /: Invalid value: (?:(?:"(?:\\.|[^"\\])*"|-?\d+): )?/

/** What the API server says of a fault, as `definitionMessages` has it. */
export function ruleMessage(said: string): string {
  const [path = '', ...rest] = said.replace(SHOWN_VALUE, ': ').split(': ')
  return [path.replace(/\[[^\]]*\]/g, '[]'), ...rest].join(': ')
}

/** The same without the value. */
export function withoutValue(said: string): string {
  return said.replace(SHOWN_VALUE, ': Invalid value: ')
}

const LITERAL = /'((?:[^'\\]|\\.)*)'/g
const VARIABLE = /\bvariables\.(\w+)/g
/** Two words; what is shorter is a name, a unit or a column of the catalogue. */
const PHRASE = /[a-z] [a-z]/i

/** Every piece of a sentence that the admission policies can say, from wherever their messages take it. */
export async function policyPhrases(): Promise<string[]> {
  const manifests = await readManifests('charts/kaito/workspace/files/admission-policy.yaml')
  const policies = manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
  const phrases = policies.flatMap((policy) => {
    const { variables, validations } = policySchema.parse(policy).spec
    const named = new Map(variables.map(({ name, expression }) => [name, expression]))
    const messages = validations.flatMap(({ messageExpression }) => literalsOf(messageExpression, named))
    return [...validations.map(({ message }) => message), ...messages]
  })
  return [...new Set(phrases)].filter((phrase) => PHRASE.test(phrase))
}

/** Those of an expression and of all variables that it reads. */
function literalsOf(expression: string, variables: Map<string, string>): string[] {
  const literals = [...expression.matchAll(LITERAL)].map(([, literal = '']) => literal)
  const read = new Set([...expression.matchAll(VARIABLE)].map(([, name = '']) => name))
  return [...literals, ...[...read].flatMap((name) => literalsOf(variables.get(name) ?? '', variables))]
}
