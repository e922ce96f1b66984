import type { Belongings } from '../belongings.ts'
import { claimOf } from '../claim-form.ts'
import { type Cluster, EVENTS, type RawKind, type RawObject } from '../cluster.ts'
import type { Act, Life, LifeName, SeenEvent } from '../evidence.ts'
import type { Options } from '../options.ts'
import type { Recorder } from '../recorder.ts'
import { isTrue, readObject, type SeenObject } from '../seen-object.ts'
import { goneAtMs, last } from '../timeline.ts'

/** Everything that a life needs. */
export interface Stage {
  cluster: Cluster
  kind: RawKind
  recorder: Recorder
  belongings: Belongings
  options: Options
  /** Name of the claim of a life. */
  nameOf(life: LifeName): string
  tell(line: string): void
}

/** One claim on its way: what this program does to it, and what is seen. */
export class Actor {
  readonly name: string
  readonly stage: Stage
  readonly sent: RawObject
  readonly acts: Partial<Record<Act, number>> = {}

  constructor(stage: Stage, life: LifeName) {
    this.stage = stage
    this.name = stage.nameOf(life)
    this.sent = claimOf(life, this.name, stage.options)
  }

  /** Of its pod that a budget keeps, and of the budget. */
  get guardedName(): string {
    return `${this.name}p`
  }

  get criticalName(): string {
    return `${this.name}q`
  }

  did(act: Act): void {
    this.acts[act] = Date.now()
  }

  async create(): Promise<void> {
    await this.stage.belongings.create(this.stage.kind, this.sent)
    this.did('created')
  }

  /** The claim as it is known now. */
  get claim(): SeenObject | undefined {
    return this.isGone ? undefined : last(this.stage.recorder.claim(this.name))
  }

  get node(): SeenObject | undefined {
    const timeline = this.stage.recorder.nodeOf(this.name)
    return goneAtMs(timeline) === undefined ? last(timeline) : undefined
  }

  get isGone(): boolean {
    return goneAtMs(this.stage.recorder.claim(this.name)) !== undefined
  }

  get isReady(): boolean {
    return this.claim !== undefined && isTrue(this.claim, 'Ready')
  }

  /** Waits for something, or for the end of the claim. */
  until(look: () => boolean, withinMs = this.stage.options.timeoutMs): Promise<boolean> {
    return this.stage.recorder.until(() => this.isGone || look(), withinMs)
  }

  async delete(): Promise<void> {
    if (this.isGone || this.claim?.metadata.deletionTimestamp !== undefined) return
    this.did('deleted')
    await this.stage.belongings.delete(this.stage.kind, this.name)
  }

  async story(): Promise<Life> {
    const { recorder, cluster } = this.stage
    const [claim, node] = [recorder.claim(this.name), recorder.nodeOf(this.name)]
    // The kubelet records the name of its Node where the UID belongs, and others do as it does.
    const about = [claim[0]?.object.metadata.uid, node[0]?.object.metadata.uid, node[0]?.object.metadata.name]
    const events = await Promise.all(about.map((uid) => (uid ? eventsOf(cluster, uid) : [])))
    return {
      sent: readObject(this.sent),
      claim,
      node,
      pod: recorder.pod(this.name),
      guarded: recorder.pod(this.guardedName),
      critical: recorder.pod(this.criticalName),
      events: events.flat(),
      acts: this.acts,
    }
  }
}

async function eventsOf({ client }: Cluster, uid: string): Promise<SeenEvent[]> {
  const events = await client.list(EVENTS, { fieldSelector: `involvedObject.uid=${uid}` })
  return events.map((event) => {
    const { reason = '', message = '', type = '' } = event as Partial<SeenEvent>
    return { reason, message, type }
  })
}
