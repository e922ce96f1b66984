import type { SeenObject } from './seen-object.ts'
import type { Timeline } from './timeline.ts'

/** An Event about an object. */
export interface SeenEvent {
  reason: string
  message: string
  type: string
}

/** What this program did to its own objects, by the time at which the API server had accepted it. */
export type Act =
  | 'created'
  | 'startupTaintRemoved'
  | 'registeredLabelRemoved'
  | 'volumeAttached'
  | 'volumeDetached'
  | 'nodeDeleted'
  | 'budgetRemoved'
  | 'deleted'

/** The story of one claim from its creation to its end. */
export interface Life {
  /** As it was sent. */
  sent: SeenObject
  claim: Timeline
  /** Of the Node that has the claim's provider ID. */
  node: Timeline
  /** Of the Pod that this program put on the Node. */
  pod: Timeline
  /** Of another one there, which a disruption budget kept for a while. */
  guarded: Timeline
  /** Of a third one there, of critical priority. */
  critical: Timeline
  /** About claim and Node. */
  events: readonly SeenEvent[]
  acts: Partial<Record<Act, number>>
}

/** The story of one static NodePool. */
export interface PoolLife {
  name: string
  uid: string
  /** Of all its claims. */
  claims: Timeline
  /** When two were asked for, and when one was. */
  acts: { two: number; one: number | undefined }
  /** Names of the claims that were ready before one was asked for, and of those that stayed. */
  readyAtTwo: readonly string[]
  leftAtOne: readonly string[] | undefined
  /** What came of taking the number of replicas away. */
  removal: Answer
}

/** The API server's answer to one question about the kind. */
export interface Answer {
  item: string
  /** Such as "In without values". */
  what: string
  expected: 'accepted' | 'refused'
  got: 'accepted' | 'refused'
  /** What is wrong with what was stored or said, though the answer is as expected. */
  fault?: string
  /** The server's words. */
  message: string
}

/**
 * marked: taints, a startup taint, labels, a NodePool that does not exist, three pods, a budget, a volume; plain: nothing but what it needs;
 * impossible: a size that does not exist, expiring soon; foreign: a class of nobody; longName: a name of 13 characters;
 * unavailable: a size that is sold out.
 */
export type LifeName = 'marked' | 'plain' | 'impossible' | 'foreign' | 'longName' | 'unavailable'

export interface Evidence {
  answers: readonly Answer[]
  lives: Partial<Record<LifeName, Life>>
  pool: PoolLife | undefined
  /** Why something is missing above, by the name of the life, `pool` or `answers`. */
  missing: Partial<Record<LifeName | 'pool' | 'answers', string>>
}
