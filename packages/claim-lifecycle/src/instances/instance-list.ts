import type { CloudProvider, Instance, InstanceSpec } from '@kaito/cloud-provider'
import { CloudError } from '@kaito/cloud-provider'
import type { Clock, EventFacts, Logger } from '@kaito/controller-kit'
import type { Outage, Sighting } from '../lifecycle/observed.ts'
import { createBeliefs } from './beliefs.ts'
import { type CloudAccess, createCloudAccess } from './cloud-access.ts'
import { createEndings } from './endings.ts'
import { tickPeriodMs } from './tick-period.ts'

/** A list may miss what was launched this recently. */
const LAUNCH_LAG_MS = 120_000
/** How long an accepted deletion is trusted before it is asked for again. */
const TERMINATION_HOLD_MS = 60_000
const SOON_MS = 1_000
/** While other calls have to wait, lists leave the cloud's limits to them. */
const THROTTLED_MS = 10_000
const THROTTLED_COUNTS_MS = 60_000
const FAILED_LIST_PAUSE_MS = 5_000
const BUSY = new Set<Instance['state']>(['Creating', 'Deleting', 'Busy'])

export interface InstanceList {
  /** What the last list, and our own calls since, say of the claim's instance. Unknown after a failed list. */
  find(claim: { instanceName: string; uid: string }): Sighting
  all(): Instance[]
  /** Whatever has that name, anybody's; undefined when nothing is known of it. */
  named(name: string): Instance | undefined
  /** False after a failed list: nothing may be concluded from absence. */
  isKnown(): boolean
  /** Why the cloud cannot be worked with; undefined while it can, and for a stand-by, which does not ask it. */
  trouble(): string | undefined
  /** The same for a claim that waits for the cloud. */
  outage(): Outage | undefined
  /** When the last list that succeeded began, in wall clock milliseconds; 0 before the first. */
  listedAtMs(): number
  /** True once a list has shown what the last launch for this claim made. */
  wasListed(claimUid: string): boolean
  noteLaunched(spec: InstanceSpec): void
  /** A launch was sent and nobody knows whether it arrived. */
  noteUncertain(claimUid: string): void
  noteTerminated(name: string): void
  /** Takes in the cloud's answer to a read of one instance. */
  noteRead(name: string, instance: Instance | undefined): void
  /** The cloud, or its limits as we keep them, held back a read or a deletion: lists become rarer for a while. */
  noteThrottled(): void
  /** Lists again soon: something may have happened of which the last list knows nothing. */
  listSoon(): void
  /** Calls back with the names of instances that changed, or with `all` when the list came back to life. */
  onChange(listener: (names: string[] | 'all') => void): void
  /** Calls back for each list, by when it began, that lacks an instance which was seen before and then seen ending. */
  onEnded(listener: (claimUid: string, begunAt: number) => void): void
  /** Lists now, and then in periods that follow what goes on, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

interface Options {
  cloud: CloudProvider
  clock: Clock
  log: Logger
  /** Tells those who run this process, beyond its log. */
  tellOperator?: (facts: EventFacts) => void
}

/** The one list that feeds every claim, so that a thousand waiting claims cost as many calls as one. */
export function createInstanceList(options: Options): InstanceList {
  return new SharedInstanceList(options)
}

class SharedInstanceList implements InstanceList {
  readonly #options: Options
  readonly #access: CloudAccess
  readonly #beliefs = createBeliefs()
  readonly #operations = new Map<string, { state: Instance['state']; since: number }>()
  readonly #everListed = new Set<string>()
  readonly #endings = createEndings()
  readonly #listeners: ((names: string[] | 'all') => void)[] = []
  readonly #endListeners: ((claimUid: string, begunAt: number) => void)[] = []
  #listed = new Map<string, Instance>()
  #known = false
  #listedAtMs = 0
  #throttledUntil = 0
  #dueAt = 0
  #cancel: () => void = () => undefined
  #rung = false
  #wake: () => void = () => undefined

  constructor(options: Options) {
    this.#options = options
    this.#access = createCloudAccess(options)
  }

  find({ instanceName, uid }: { instanceName: string; uid: string }): Sighting {
    const belief = this.#beliefs.get(instanceName)
    if (!belief && !this.#known) return { known: false }
    const instance = belief ? belief.instance : this.#listed.get(instanceName)
    return { known: true, instance: instance?.claimUid === uid ? instance : undefined }
  }

  all(): Instance[] {
    const names = new Set([...this.#listed.keys(), ...this.#beliefs.names()])
    return [...names].flatMap((name) => this.#current(name) ?? [])
  }

  named = (name: string): Instance | undefined => this.#current(name)

  isKnown = (): boolean => this.#known

  trouble = (): string | undefined => this.#access.trouble()

  outage = (): Outage | undefined => this.#access.outage()

  listedAtMs = (): number => this.#listedAtMs

  wasListed = (claimUid: string): boolean => this.#everListed.has(claimUid)

  noteLaunched(spec: InstanceSpec): void {
    this.#everListed.delete(spec.claimUid)
    this.#endings.forget(spec.name)
    this.#believe(spec.name, launchedInstance(spec), LAUNCH_LAG_MS)
  }

  noteUncertain(claimUid: string): void {
    this.#everListed.delete(claimUid)
    this.listSoon()
  }

  noteTerminated(name: string): void {
    const current = this.#current(name)
    this.#believe(name, current && { ...current, state: 'Deleting' }, TERMINATION_HOLD_MS)
  }

  noteRead(name: string, instance: Instance | undefined): void {
    this.#believe(name, instance, 0)
  }

  noteThrottled(): void {
    this.#throttledUntil = this.#options.clock.monotonic() + THROTTLED_COUNTS_MS
  }

  listSoon(): void {
    this.#schedule(SOON_MS)
  }

  onChange(listener: (names: string[] | 'all') => void): void {
    this.#listeners.push(listener)
  }

  onEnded(listener: (claimUid: string, begunAt: number) => void): void {
    this.#endListeners.push(listener)
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#ring()
    signal.addEventListener('abort', stop, { once: true })
    while (!signal.aborted) {
      this.#rung = false
      this.#dueAt = Number.POSITIVE_INFINITY
      this.#schedule(await this.#list(signal))
      if (!this.#rung)
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      this.#cancel()
    }
    signal.removeEventListener('abort', stop)
  }

  #ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** Never later than what is scheduled already. */
  #schedule(ms: number): void {
    const now = this.#options.clock.monotonic()
    const waitMs = now < this.#throttledUntil ? Math.max(ms, THROTTLED_MS) : ms
    if (now + waitMs >= this.#dueAt) return
    this.#cancel()
    this.#dueAt = now + waitMs
    this.#cancel = this.#options.clock.after(waitMs, () => this.#ring())
  }

  async #list(signal: AbortSignal): Promise<number> {
    const begunAt = this.#options.clock.monotonic()
    const begunAtMs = this.#options.clock.now()
    this.#access.asked()
    try {
      const instances = await this.#options.cloud.list({ signal })
      this.#access.answered()
      this.#listedAtMs = begunAtMs
      this.#take(instances, begunAt)
      if (this.#endings.isOpen()) return SOON_MS
      return tickPeriodMs([...this.#operations.values()].map(({ since }) => begunAt - since))
    } catch (error) {
      if (!signal.aborted) this.#access.failed(error, begunAt)
      this.#known = false
      return Math.max(FAILED_LIST_PAUSE_MS, error instanceof CloudError ? (error.retryAfterMs ?? 0) : 0)
    }
  }

  #take(instances: Instance[], begunAt: number): void {
    const before = new Map([...this.#listed.keys(), ...this.#beliefs.names()].map((name) => [name, this.#print(name)]))
    const wasKnown = this.#known
    this.#listed = new Map(instances.map((instance) => [instance.name, instance]))
    this.#known = true
    this.#beliefs.reconcile(this.#listed, begunAt)
    for (const { claimUid } of instances) if (claimUid !== undefined) this.#everListed.add(claimUid)
    const ended = this.#endings.missingFrom(this.#listed, begunAt)
    for (const { claimUid } of ended) for (const listener of this.#endListeners) listener(claimUid, begunAt)
    const endedNames = new Set(ended.map(({ name }) => name))
    const names = new Set([...before.keys(), ...this.#listed.keys(), ...endedNames])
    for (const name of names) this.#trackOperation(name)
    if (!wasKnown) this.#tell('all')
    else this.#tell([...names].filter((name) => endedNames.has(name) || this.#print(name) !== before.get(name)))
  }

  #believe(name: string, instance: Instance | undefined, holdMs: number): void {
    this.#beliefs.hold(name, instance, { since: this.#options.clock.monotonic(), holdMs })
    this.#trackOperation(name)
    if (this.#operations.has(name)) this.listSoon()
  }

  #trackOperation(name: string): void {
    const current = this.#current(name)
    const now = this.#options.clock.monotonic()
    if (current?.claimUid !== undefined && current.state === 'Deleting' && this.wasListed(current.claimUid)) {
      this.#endings.begin(name, current.claimUid, now)
    }
    const isBusy = current?.claimUid !== undefined && BUSY.has(current.state)
    if (!isBusy) this.#operations.delete(name)
    else if (this.#operations.get(name)?.state !== current.state) {
      this.#operations.set(name, { state: current.state, since: now })
    }
  }

  #tell(names: string[] | 'all'): void {
    if (names.length > 0) for (const listener of this.#listeners) listener(names)
  }

  #current(name: string): Instance | undefined {
    const belief = this.#beliefs.get(name)
    return belief ? belief.instance : this.#listed.get(name)
  }

  #print(name: string): string {
    const current = this.#current(name)
    return current ? JSON.stringify([current.claimUid, current.launch, current.state, current.failure]) : ''
  }
}

function launchedInstance(spec: InstanceSpec): Instance {
  const { name, claimUid, launch, instanceType, capacityType, claimCreatedAt } = spec
  // Matches no Node: only the cloud's own answer tells how to find it.
  const nodeSelector = { 'kaito.sh/not-listed-yet': name }
  return {
    name,
    claimUid,
    madeByKaito: false,
    launch,
    state: 'Creating',
    failure: undefined,
    instanceType,
    capacityType,
    nodeSelector,
    claimCreatedAt,
  }
}
