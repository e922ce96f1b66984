import type { Life, SeenEvent } from '../evidence.ts'
import { readObject, type SeenObject } from '../seen-object.ts'
import type { Sighting, Timeline } from '../timeline.ts'

const START_MS = Date.parse('2026-01-01T00:00:00Z')

/** RFC 3339, so many seconds after the creation of every claim. */
export const time = (second: number) => new Date(START_MS + second * 1000).toISOString().replace('.000', '')
export const atMs = (second: number) => START_MS + second * 1000

export type Json = Record<string, unknown>

/** Objects are merged, everything else replaces, as in a merge patch. */
function merged(base: Json, over: Json): Json {
  const result = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = result[key]
    result[key] = isObject(before) && isObject(value) ? merged(before, value) : value
  }
  return result
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What becomes of an object: second, and what is different from then on; `gone` ends it. */
export type Steps = [second: number, change: Json | 'gone'][]

/** Evicted once its budget is gone. */
export const GUARDED_POD: Steps = [
  [11, { metadata: { name: 'guarded' } }],
  [25, { metadata: { deletionTimestamp: time(25) } }],
  [26, 'gone'],
]
export const CRITICAL_POD: Steps = [
  [11, { metadata: { name: 'critical' } }],
  [26.5, { metadata: { deletionTimestamp: time(26) } }],
]

export function timelineOf(steps: Steps): Timeline {
  let state: Json = {}
  return steps.map(([second, change], index): Sighting => {
    if (change !== 'gone') state = merged(state, change)
    const object = readObject(state)
    return { atMs: atMs(second), change: change === 'gone' ? 'deleted' : index === 0 ? 'added' : 'modified', object }
  })
}

export function condition(type: string, status: string, more: Json = {}): Json {
  return { type, status, reason: status === 'True' ? type : '', message: '', lastTransitionTime: time(0), ...more }
}

interface Parts {
  claim: Steps
  node?: Steps
  pod?: Steps
  guarded?: Steps
  critical?: Steps
  sent?: Json
  events?: SeenEvent[]
  acts?: Life['acts']
}

export function lifeOf({
  claim,
  node = [],
  pod = [],
  guarded = [],
  critical = [],
  sent,
  events = [],
  acts = {},
}: Parts): Life {
  const [first] = timelineOf(claim)
  return {
    sent: readObject(sent ?? first?.object),
    claim: timelineOf(claim),
    node: timelineOf(node),
    pod: timelineOf(pod),
    guarded: timelineOf(guarded),
    critical: timelineOf(critical),
    events,
    acts,
  }
}

type Which = 'claim' | 'node' | 'pod' | 'guarded' | 'critical'

/** The same life, with every object of a kind changed; undefined leaves that sighting out. */
export function changed(
  life: Life,
  which: Which,
  change: (object: SeenObject, sighting: Sighting) => SeenObject | undefined,
) {
  const timeline = life[which].flatMap((sighting) => {
    const object = change(structuredClone(sighting.object), sighting)
    return object ? [{ ...sighting, object }] : []
  })
  return { ...life, [which]: timeline }
}

/** The same life, with something about every object of a kind replaced. */
export function replaced<Part extends 'metadata' | 'spec' | 'status'>(
  life: Life,
  [which, part]: [Which, Part],
  over: (object: SeenObject, sighting: Sighting) => Partial<SeenObject[Part]>,
): Life {
  return changed(life, which, (object, sighting) => ({
    ...object,
    [part]: { ...object[part], ...over(object, sighting) },
  }))
}

/** The same life, with every wording of one condition changed. */
export function reworded(life: Life, type: string, over: Json): Life {
  return changed(life, 'claim', (object) => {
    object.status.conditions = object.status.conditions.map((found) =>
      found.type === type ? { ...found, ...over } : found,
    )
    return object
  })
}

/** The same life, in which one condition never was. */
export function unsaid(life: Life, type: string, status?: string): Life {
  return changed(life, 'claim', (object) => {
    object.status.conditions = object.status.conditions.filter(
      (found) => found.type !== type || (status !== undefined && found.status !== status),
    )
    return object
  })
}

/** The same life, in which its end was seen at another second, or never. */
export function goneAt(life: Life, which: Which, second: number | undefined): Life {
  const timeline = life[which].filter(({ change }) => change !== 'deleted' || second !== undefined)
  return {
    ...life,
    [which]: timeline.map((sighting) =>
      sighting.change === 'deleted' && second !== undefined ? { ...sighting, atMs: atMs(second) } : sighting,
    ),
  }
}
