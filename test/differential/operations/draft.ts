import { ANY_BAD, ANY_GOOD, collectionPath, type SampleKind, sampleObject } from '../samples/sample-kind.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Edit } from '../step.ts'

/** What an operation is drawn for. */
export interface Draft {
  random: SeededRandom
  namespace: string
  kind: SampleKind
  /** Number of the step in its sequence. */
  step: number
}

const NAMES = ['a', 'b', 'c']

export function drawName({ random }: Draft): string {
  return random.pick(NAMES)
}

export function pathOf({ kind, namespace }: Draft): string {
  return collectionPath(kind, namespace)
}

/** Path of the sample object with that short name. */
export function objectPathOf(draft: Draft, name: string): string {
  return `${pathOf(draft)}/${nameOf(sampleOf(draft, name))}`
}

export function sampleOf({ kind, namespace }: Draft, name: string): Record<string, unknown> {
  return structuredClone(sampleObject(kind, { name, namespace }))
}

function nameOf({ metadata }: Record<string, unknown>): string {
  return String((metadata as { name: string }).name)
}

/** Changes to make to an object, mostly good ones. */
export function drawEdits(draft: Draft, badness = 0.35): Edit[] {
  const { random, kind } = draft
  const count = random.weighted([
    [6, 1],
    [3, 2],
    [1, 3],
  ])
  return Array.from({ length: count }, () => {
    if (random.chance(badness)) return random.pick(random.chance(0.5) ? ANY_BAD : [...kind.bad, ...ANY_BAD.slice(0, 4)])
    return random.pick(random.chance(0.4) ? ANY_GOOD : [...kind.good, ...ANY_GOOD.slice(0, 2)])
  })
}

/** Query of a write: mostly none. */
export function drawWriteQuery({ random, kind }: Draft): Record<string, string> {
  const query: Record<string, string> = kind.tried ? { dryRun: 'All' } : {}
  if (random.chance(0.08)) query.dryRun = random.pick(['All', 'All', 'All', 'Some'])
  if (random.chance(0.25)) query.fieldValidation = random.pick(['Strict', 'Strict', 'Warn', 'Ignore', 'Wrong'])
  return query
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'
const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'

export function drawAccept({ random }: Draft): { accept?: string } {
  if (random.chance(0.8)) return {}
  return {
    accept: random.pick([TABLE, TABLE, PARTIAL, PARTIAL_LIST, `${TABLE},application/json`, 'text/plain', '*/*']),
  }
}
