import { CloudError, concernsChoice } from '../cloud-error.ts'
import type { Adoption, Call, CloudHealth, CloudProvider, Instance, InstanceSpec } from '../cloud-provider.ts'
import { type FakeFault, type FakeMethod, FaultQueue } from './fake-faults.ts'
import { type FakeInstance, instanceAt } from './fake-instance.ts'

export interface FakeCloudOptions {
  /** Only read, never waited on: the cloud's work is done when this says that enough time has passed. */
  clock: { now(): number }
  /** Milliseconds from an accepted launch to `Running`; 60 000 by default. */
  createMs?: number
  /** Milliseconds from an accepted termination to absence; 30 000 by default. */
  deleteMs?: number
  /** How far `get`, `list` and the read inside `terminate` lag behind accepted changes; 0 by default. */
  readLagMs?: number
  /** What `advice` says; nothing by default. */
  advice?: (spec: InstanceSpec) => string | undefined
  /** GPUs by size; by default no size is known. */
  gpus?: Record<string, number>
}

/** A cloud in memory for tests. It is a simulation: nothing runs and nothing is billed. */
export interface FakeCloud extends CloudProvider {
  /** Every instance that exists (or bills) right now, without read lag. */
  instances(): Instance[]
  /** Launches that made an instance, in order. */
  launches(): InstanceSpec[]
  /** Names of accepted terminations, in order. */
  terminations(): string[]
  /** Adoptions that marked an instance, in order. */
  adoptions(): Adoption[]
  /** How often each method was called, refused calls included. */
  calls(): Readonly<Record<FakeMethod, number>>
  /**
   * Adds an instance nobody of us launched, or any other state of the world; `Running` and of the one machine
   * `fake:///<name>` unless said otherwise.
   */
  plant(instance: Pick<Instance, 'name'> & Partial<Instance> & { providerIDs?: string[] }): void
  /** Changes an instance behind our back (tags, state, failure). */
  change(name: string, change: Partial<Omit<Instance, 'name'>>): void
  /** Removes an instance behind our back, as a deletion in the cloud's own console does. */
  vanish(name: string): void
  /** Spoils the next matching call. */
  inject(fault: FakeFault): void
  clearFaults(): void
  setHealth(state: CloudHealth['state']): void
}

/** Creates a `FakeCloud` without instances. */
export function createFakeCloud(options: FakeCloudOptions): FakeCloud {
  return new MemoryCloud(options)
}

interface Change {
  at: number
  instance: FakeInstance | undefined
}

class MemoryCloud implements FakeCloud {
  readonly name = 'fake'
  readonly #options: Required<FakeCloudOptions>
  readonly #histories = new Map<string, Change[]>()
  readonly #faults = new FaultQueue()
  readonly #launches: InstanceSpec[] = []
  readonly #terminations: string[] = []
  readonly #adoptions: Adoption[] = []
  readonly #calls = { get: 0, list: 0, launch: 0, terminate: 0, adopt: 0, health: 0 }
  #health: CloudHealth['state'] = 'Running'

  constructor(options: FakeCloudOptions) {
    this.#options = { createMs: 60_000, deleteMs: 30_000, readLagMs: 0, advice: () => undefined, gpus: {}, ...options }
  }

  async get(name: string, call: Call): Promise<Instance | undefined> {
    this.#enter('get', { name, call })
    return this.#seen(name)
  }

  async list(call: Call): Promise<Instance[]> {
    this.#enter('list', { call })
    return this.#everyName().flatMap((name) => this.#seen(name) ?? [])
  }

  async launch(spec: InstanceSpec, call: Call): Promise<void> {
    const answer = this.#enter('launch', { name: spec.name, call, spec })
    const existing = this.#current(spec.name)
    if (existing) refuseUnlessOurs(existing, spec)
    else {
      this.#launches.push(structuredClone(spec))
      const { createMs } = this.#options
      this.#record(spec.name, {
        ...foundAs(spec),
        creating: { from: this.#now(), ...this.#faults.takeOutcome('launch', createMs, spec.name) },
      })
    }
    answer()
  }

  async terminate(
    { name, claimUid, launch = Number.POSITIVE_INFINITY, again = false }: Parameters<CloudProvider['terminate']>[0],
    call: Call,
  ): Promise<void> {
    const answer = this.#enter('terminate', { name, call })
    const seen = this.#seen(name)
    const current = this.#histories.get(name)?.at(-1)?.instance
    if (seen && seen.claimUid !== claimUid) throw foreign(name)
    if ((seen?.launch ?? 0) > launch) throw new CloudError('ClusterBusy', `${name} was made by a later launch`)
    if (seen && (again || seen.state !== 'Deleting') && current) {
      this.#terminations.push(name)
      const deleting = { from: this.#now(), ...this.#faults.takeOutcome('terminate', this.#options.deleteMs, name) }
      this.#record(name, { ...current, deleting })
    }
    answer()
  }

  async adopt(adoption: Adoption, call: Call): Promise<void> {
    const { name, claimUid, claimCreatedAt, launch } = adoption
    const answer = this.#enter('adopt', { name, call })
    const seen = this.#seen(name)
    const kept = this.#histories.get(name)?.at(-1)?.instance
    if (!seen || !kept) throw new CloudError('ClusterBusy', `instance ${name} is gone`)
    if (seen.claimUid !== claimUid) {
      refuseAdoption({ ...kept, ...seen }, adoption)
      this.#adoptions.push(adoption)
      this.#record(name, { ...kept, claimUid, claimCreatedAt, launch, madeByKaito: false })
    }
    answer()
  }

  async health(call: Call): Promise<CloudHealth> {
    this.#enter('health', { call })
    return { state: this.#health }
  }

  advice = (spec: InstanceSpec): string | undefined => this.#options.advice(spec)
  gpusOf = (instanceType: string): number | undefined => this.#options.gpus[instanceType]

  instances = (): Instance[] => this.#everyName().flatMap((name) => this.#current(name) ?? [])
  launches = (): InstanceSpec[] => structuredClone(this.#launches)
  terminations = (): string[] => [...this.#terminations]
  adoptions = (): Adoption[] => structuredClone(this.#adoptions)
  calls = (): Readonly<Record<FakeMethod, number>> => ({ ...this.#calls })
  inject = (fault: FakeFault): void => this.#faults.add(fault)
  clearFaults = (): void => this.#faults.clear()
  vanish = (name: string): void => this.#record(name, undefined)

  plant(instance: Pick<Instance, 'name'> & Partial<FakeInstance>): void {
    this.#record(instance.name, { ...blank(instance.name), ...instance })
  }

  change(name: string, change: Partial<Omit<Instance, 'name'>>): void {
    const current = this.#current(name)
    if (!current) throw new Error(`there is no instance ${name} to change`)
    const { providerIDs } = this.#histories.get(name)?.at(-1)?.instance ?? blank(name)
    this.#record(name, { ...current, providerIDs, ...change })
  }

  setHealth(state: CloudHealth['state']): void {
    this.#health = state
  }

  /** Counts the call, applies refusals, and returns what must run last: it loses the answer when a fault says so. */
  #enter(method: FakeMethod, { name, call, spec }: { name?: string; call: Call; spec?: InstanceSpec }): () => void {
    call.signal.throwIfAborted()
    this.#calls[method] += 1
    const refusal = this.#faults.takeRefusal(method, name)
    if (refusal) throw spec && concernsChoice(refusal.reason) ? ofChoice(refusal, spec) : refusal
    const lost = this.#faults.takeLostAnswer(method, name)
    if (lost === 'beforeApplying') throw unreachable()
    return () => {
      if (lost === 'afterApplying') throw unreachable()
    }
  }

  #now(): number {
    return this.#options.clock.now()
  }

  #everyName(): string[] {
    return [...this.#histories.keys()].sort()
  }

  #record(name: string, instance: FakeInstance | undefined): void {
    const history = this.#histories.get(name) ?? []
    history.push({ at: this.#now(), instance })
    this.#histories.set(name, history)
  }

  #current(name: string): Instance | undefined {
    return this.#stateAt(name, this.#now())
  }

  #seen(name: string): Instance | undefined {
    return this.#stateAt(name, this.#now() - this.#options.readLagMs)
  }

  #stateAt(name: string, time: number): Instance | undefined {
    const last = this.#histories.get(name)?.findLast((change) => change.at <= time)
    return last?.instance && instanceAt(last.instance, time)
  }
}

function blank(name: string): FakeInstance {
  return {
    name,
    claimUid: undefined,
    madeByKaito: false,
    launch: undefined,
    state: 'Running',
    failure: undefined,
    instanceType: 'fake-size',
    capacityType: 'on-demand',
    nodeSelector: { 'fake-cloud/instance': name },
    claimCreatedAt: undefined,
    providerIDs: [`fake:///${name}`],
  }
}

function foundAs(spec: InstanceSpec): FakeInstance {
  const { claimUid, launch, instanceType, capacityType, claimCreatedAt } = spec
  return { ...blank(spec.name), claimUid, launch, instanceType, capacityType, claimCreatedAt }
}

function refuseUnlessOurs(existing: Instance, spec: InstanceSpec): void {
  if (existing.claimUid !== spec.claimUid) throw foreign(spec.name)
  if (existing.state === 'Deleting') throw new CloudError('ClusterBusy', `instance ${spec.name} is still being deleted`)
}

function refuseAdoption(existing: FakeInstance, { name, providerID }: Adoption): void {
  const isProven = existing.madeByKaito && existing.providerIDs.includes(providerID)
  if (existing.claimUid !== undefined || !isProven) throw foreign(name)
  if (/^(?:Creating|Busy|Deleting)$/.test(existing.state)) {
    throw new CloudError('ClusterBusy', `instance ${name} is ${existing.state.toLowerCase()}`)
  }
}

/** As a real cloud's adapter does, names the choice that was refused when the test did not. */
function ofChoice(refusal: CloudError, { instanceType, zone, capacityType }: InstanceSpec): CloudError {
  const { reason, message, retryAfterMs, remedy, choice = { instanceType, zone, capacityType } } = refusal
  return new CloudError(reason, message, {
    choice,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(remedy !== undefined && { remedy }),
  })
}

const foreign = (name: string) => new CloudError('NameConflict', `instance ${name} was launched for somebody else`)
const unreachable = () => new CloudError('CloudUnreachable', 'the connection ended before an answer came')
