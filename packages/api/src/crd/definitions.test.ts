import { expect, test } from 'vitest'
import { workspaceSchema } from '../workspace/workspace.ts'
import { customResourceDefinitions } from './definitions.ts'
import { structuralSchema } from './structural-schema.ts'

type Schema = ReturnType<typeof structuralSchema>

/** Every part of a schema below its root, by its path. */
function parts(schema: Schema, path: string): [path: string, part: Schema][] {
  const below = [
    ...Object.entries(schema.properties ?? {}).map(([name, part]) => [`${path}.${name}`, part] as const),
    ...(schema.items ? [[`${path}[]`, schema.items] as const] : []),
    ...(schema.additionalProperties ? [[`${path}{}`, schema.additionalProperties] as const] : []),
  ]
  return below.flatMap(([at, part]) => [[at, part], ...parts(part, at)])
}

const fields = parts(structuralSchema(workspaceSchema), '')
const faulty = (isFaulty: (part: Schema) => boolean) => fields.filter(([, part]) => isFaulty(part)).map(([at]) => at)

test('kubectl explain has a sentence for every field of a Workspace', () => {
  expect(faulty(({ description }) => description?.endsWith('.') !== true)).toEqual([])
})

test('everything in a Workspace has a largest size, or a real API server refuses the rules for what they might cost', () => {
  const bounds = { string: ['maxLength', 'enum', 'format'], array: ['maxItems'], integer: ['format'] }
  const bounded = ({ type, additionalProperties, ...part }: Schema) => {
    if (type === 'object') return !additionalProperties || part.maxProperties !== undefined
    const wanted = Object.entries(bounds).find(([name]) => name === type)?.[1]
    return wanted?.some((bound) => part[bound] !== undefined) ?? true
  }
  expect(faulty((part) => !bounded(part))).toEqual([])
})

interface Version {
  name: string
  served: boolean
  storage: boolean
  additionalPrinterColumns: { name: string; priority?: number }[]
  schema: object
}

interface Definition {
  spec: { versions: Version[]; conversion?: object }
}

function isDefinition(object: unknown): object is Definition {
  return typeof object === 'object' && object !== null && 'spec' in object
}

const definition = customResourceDefinitions()['kaito.sh_workspaces.yaml']

test('a Workspace is the same in both versions and stored in the older', () => {
  if (!isDefinition(definition)) throw new Error('there is no definition')
  const { versions, conversion } = definition.spec
  const [older, newer] = versions
  expect(versions.map(({ name, served, storage }) => ({ name, served, storage }))).toEqual([
    { name: 'v1alpha1', served: true, storage: true },
    { name: 'v1beta1', served: true, storage: false },
  ])
  expect({ ...newer, name: 'v1alpha1', storage: true }).toEqual(older)
  expect(conversion).toEqual({ strategy: 'None' })
})

test('kubectl get shows what scripts for KAITO read, and the rest with -o wide', () => {
  if (!isDefinition(definition)) throw new Error('there is no definition')
  const columns = definition.spec.versions[0]?.additionalPrinterColumns ?? []
  const shown = (wide: boolean) => columns.filter(({ priority }) => (priority === 1) === wide).map(({ name }) => name)
  expect(shown(false)).toEqual(['Instance', 'ResourceReady', 'InferenceReady', 'WorkspaceReady', 'Age'])
  expect(shown(true)).toEqual(['JobStarted', 'WorkspaceSucceeded', 'State', 'Nodes', 'Preset', 'Reason', 'Message'])
})
