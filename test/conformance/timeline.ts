import { type Condition, conditionOf, type SeenObject } from './seen-object.ts'

/** An object as the API server showed it at some time. */
export interface Sighting {
  /** When this program was told. */
  atMs: number
  change: 'added' | 'modified' | 'deleted'
  object: SeenObject
}

/** Everything that was seen of one object, or of those of one kind, in the order of its coming. */
export type Timeline = readonly Sighting[]

/** What was seen while the object existed. */
export function living(timeline: Timeline): Timeline {
  return timeline.filter(({ change }) => change !== 'deleted')
}

export function firstWith(timeline: Timeline, what: (object: SeenObject) => boolean): Sighting | undefined {
  return living(timeline).find(({ object }) => what(object))
}

export function last(timeline: Timeline): SeenObject | undefined {
  return living(timeline).at(-1)?.object
}

/** When it was gone; undefined while it is there. */
export function goneAtMs(timeline: Timeline): number | undefined {
  return timeline.find(({ change }) => change === 'deleted')?.atMs
}

/** As it was known at that time. */
export function asOf(timeline: Timeline, atMs: number): SeenObject | undefined {
  return living(timeline).findLast((sighting) => sighting.atMs <= atMs)?.object
}

/** Every wording of one condition, in order, without repetitions. */
export function wordings(timeline: Timeline, type: string): Condition[] {
  const all = living(timeline).flatMap(({ object }) => conditionOf(object, type) ?? [])
  return all.filter((condition, index) => {
    const before = all[index - 1]
    return before === undefined || before.status !== condition.status || before.reason !== condition.reason
  })
}

/** Whether it was ever seen with this status, and with this reason where one is given. */
export function hadCondition(timeline: Timeline, wanted: { type: string; status: string; reason?: string }): boolean {
  return wordings(timeline, wanted.type).some(
    ({ status, reason }) => status === wanted.status && (wanted.reason === undefined || reason === wanted.reason),
  )
}
