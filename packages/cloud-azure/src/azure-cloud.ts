import type { AgentPool } from '@azure/arm-containerservice'
import { gpuCount } from '@kaito/api'
import {
  type Adoption,
  type Call,
  CloudError,
  type CloudHealth,
  type CloudProvider,
  type Instance,
  type InstanceSpec,
} from '@kaito/cloud-provider'
import { adoptPool } from './adopt-pool.ts'
import { agentPoolBody, isPoolName } from './agent-pool-body.ts'
import { agentPoolInstance, isUnknownState } from './agent-pool-instance.ts'
import { type AgentPools, createAgentPools } from './agent-pools.ts'
import { ArmRefusal } from './arm-failure.ts'
import { azureClient, computeClient } from './azure-client.ts'
import { type AzureCloudOptions, azureAccess } from './azure-cloud-options.ts'
import { CallBudget } from './call-budget.ts'
import { AZURE_CALL_LIMITS } from './call-limits.ts'
import { explainError, nameConflict, toCloudError } from './cloud-failure.ts'
import { correlationId } from './correlation-id.ts'
import { isUnexplained } from './error-map.ts'
import { OperationWindow } from './operation-window.ts'
import { PoolLimit } from './pool-limit.ts'
import { createComputeReader } from './quota/compute-reader.ts'
import { QuotaGate } from './quota/quota-gate.ts'
import { adviceOn, remedyOf } from './remedy.ts'

type Terminated = Parameters<CloudProvider['terminate']>[0]

const TRY_AGAIN_SOON_MS = 2000

/** SEAM 2 on AKS: one agent pool of one node per claim. Opens no connection before the first call. */
export function createAzureCloud(options: AzureCloudOptions): CloudProvider {
  return new AzureCloud(options)
}

class AzureCloud implements CloudProvider {
  readonly name = 'azure'
  readonly #options: AzureCloudOptions
  readonly #cluster: string
  readonly #pools: AgentPools
  readonly #window: OperationWindow
  readonly #budget: CallBudget
  readonly #quota: QuotaGate
  readonly #limit: PoolLimit
  /** The last deletion of each pool that is still being sent. */
  readonly #deletions = new Map<string, Promise<void>>()
  #learning: Promise<void> | undefined
  readonly #warned = new Set<string>()

  constructor(options: AzureCloudOptions) {
    this.#options = options
    this.#cluster = `${options.resourceGroup}/${options.clusterName}`
    this.#window = new OperationWindow(options)
    this.#limit = new PoolLimit(options.log, options.limits === 'off')
    this.#budget = new CallBudget(options.limits ?? AZURE_CALL_LIMITS, {
      clock: options.clock,
      onWait: options.onThrottleWait ?? (() => undefined),
    })
    options.onCallsLeft?.(() => this.#budget.left())
    const access = azureAccess(options, this.#budget)
    this.#pools = createAgentPools(options, azureClient(access))
    this.#quota = new QuotaGate({
      ...options,
      compute: createComputeReader(options, computeClient(access)),
      explain: (error) => explainError(error, options),
    })
  }

  async get(name: string, call: Call): Promise<Instance | undefined> {
    call.signal.throwIfAborted()
    if (!isPoolName(name)) return undefined
    const pool = await this.#translated(call, this.#pools.get(name, call))
    return pool && this.#instance(pool)
  }

  async list(call: Call): Promise<Instance[]> {
    call.signal.throwIfAborted()
    const mark = { window: this.#window.mark(), quota: this.#quota.mark(), limit: this.#limit.mark() }
    const pools = await this.#translated(call, this.#pools.list(call))
    const instances = pools.map((pool) => this.#instance(pool))
    const busy = instances.filter(({ claimUid, state }) => claimUid && (state === 'Creating' || state === 'Deleting'))
    this.#window.observed(new Set(busy.map(({ name }) => name)), mark.window)
    const creating = instances.filter(({ state }) => state === 'Creating')
    this.#quota.listed(new Set(creating.map(({ name }) => name)), mark.quota)
    this.#limit.listed(new Set(instances.map(({ name }) => name)), mark.limit)
    return instances
  }

  async health(call: Call): Promise<CloudHealth> {
    call.signal.throwIfAborted()
    const cluster = await this.#translated(call, this.#pools.cluster(call))
    const { provisioningState = 'Succeeded', powerState, maxAgentPools } = cluster
    this.#limit.learn(maxAgentPools)
    if (!/^(?:Succeeded|Failed|Canceled)$/.test(provisioningState)) return { state: 'Busy' }
    return { state: powerState?.code === 'Stopped' ? 'Stopped' : 'Running' }
  }

  async launch(spec: InstanceSpec, call: Call): Promise<void> {
    call.signal.throwIfAborted()
    const body = agentPoolBody(spec, { cluster: this.#cluster, location: this.#options.location })
    const ticket = await this.#admitted(spec, call)
    await this.#create({ spec, body, ticket }, call)
  }

  /** Whatever can be refused without asking Azure to make something; ends with a place in the window of operations. */
  async #admitted(spec: InstanceSpec, call: Call): Promise<number | undefined> {
    const { name } = spec
    // A pool that may be there already is not to be judged again: the create finds out whose it is.
    const isNew = !this.#limit.has(name) && !this.#quota.isUnderWay(name)
    if (isNew) {
      await this.#quota.prepare(spec, call)
      if (this.#limit.asksForFacts(name)) await this.#learnLimit(call)
      this.#limit.admit(name)
    }
    try {
      if (isNew) this.#quota.admit(spec)
      return this.#options.limits === 'off' ? undefined : this.#window.enter(name)
    } catch (error) {
      if (isNew) this.#forget(name)
      throw error
    }
  }

  async #learnLimit(call: Call): Promise<void> {
    this.#learning ??= this.health(call)
      .then(ignore, ignore)
      .finally(() => {
        this.#learning = undefined
      })
    await this.#learning
    call.signal.throwIfAborted()
  }

  #forget(name: string): void {
    this.#quota.release(name)
    this.#limit.release(name)
  }

  async #create({ spec, body, ticket }: Creation, call: Call): Promise<void> {
    const { name, claimUid, launch, instanceType, capacityType } = spec
    const id = correlationId(claimUid, launch)
    const facts = { pool: name, claimUid, launch, instanceType, capacityType, correlationId: id }
    try {
      await this.#pools.create({ name, body, correlationId: id }, call)
      if (ticket !== undefined) this.#window.accepted()
    } catch (error) {
      const isHeldBack = error instanceof CloudError && error.reason === 'Throttled'
      this.#madeNothing(name, { ticket, isHeldBack, status: statusOf(error) })
      const refusal = await this.#settled(spec, call, error)
      if (refusal === undefined) return
      if (!isHeldBack) this.#options.log.info({ ...facts, ...told(refusal) }, 'agent pool not created')
      throw refusal
    }
    this.#options.log.info(facts, 'agent pool create accepted')
  }

  #madeNothing(name: string, { ticket, isHeldBack, status }: Failure): void {
    const isContention = status === 409 || status === 429
    if (ticket !== undefined) this.#window.refused(name, { ticket, isContention })
    // Without an answer the pool may be there.
    if (isHeldBack || (status !== undefined && status < 500)) this.#forget(name)
  }

  async terminate(target: Terminated, call: Call): Promise<void> {
    const { name } = target
    call.signal.throwIfAborted()
    if (!isPoolName(name)) return
    const before = this.#deletions.get(name) ?? Promise.resolve()
    const own = before.then(() => this.#delete(target, call))
    const ended = own.then(ignore, ignore)
    this.#deletions.set(name, ended)
    try {
      await own
    } finally {
      if (this.#deletions.get(name) === ended) this.#deletions.delete(name)
    }
  }

  async #delete(target: Terminated, call: Call): Promise<void> {
    call.signal.throwIfAborted()
    this.#budget.setAside(target.name)
    try {
      await this.#translated(call, this.#deleteOwned(target, call))
    } finally {
      this.#budget.putBack(target.name)
    }
  }

  async #deleteOwned(target: Terminated, call: Call): Promise<void> {
    const { name, claimUid, launch = Number.POSITIVE_INFINITY, again = false } = target
    const pool = await this.#pools.get(name, call)
    if (!pool) return
    const instance = this.#instance(pool)
    if (instance.claimUid !== claimUid) throw nameConflict(name)
    if (instance.state === 'Deleting' && !again) return
    if ((instance.launch ?? 0) > launch) {
      throw new CloudError('ClusterBusy', `agent pool ${name} was made by a later launch`)
    }
    const id = correlationId(claimUid, instance.launch ?? 0)
    await this.#pools.delete({ name, etag: pool.eTag, correlationId: id }, call)
    this.#window.started(name)
    this.#options.log.info({ pool: name, claimUid, correlationId: id, again }, 'agent pool deletion accepted')
  }

  async adopt(adoption: Adoption, call: Call): Promise<void> {
    call.signal.throwIfAborted()
    const { name, claimUid, launch } = adoption
    const place = { cluster: this.#cluster, subscriptionId: this.#options.subscriptionId }
    const written = await this.#translated(call, adoptPool(adoption, { ...place, pools: this.#pools }, call))
    if (!written) return
    this.#window.started(name)
    this.#options.log.info({ pool: name, claimUid, launch, ...written }, 'agent pool adopted')
  }

  advice(spec: InstanceSpec): string | undefined {
    return adviceOn(spec.instanceType)
  }

  gpusOf = gpuCount

  /** What to throw for a create that failed; undefined where our own pool from an earlier try is there. */
  async #settled(spec: InstanceSpec, call: Call, error: unknown): Promise<unknown> {
    const status = statusOf(error)
    try {
      if (status !== 409 && status !== 412) return await this.#refusal(spec, call, error)
      await this.#settleConflict(spec, call, error)
      return undefined
    } catch (refusal) {
      return refusal
    }
  }

  /** A create refused because of what is there: ours from an earlier try, somebody else's, or the cluster at work. */
  async #settleConflict(spec: InstanceSpec, call: Call, refusal: unknown): Promise<void> {
    const pool = await this.#translated(call, this.#pools.get(spec.name, call))
    const instance = pool && this.#instance(pool)
    if (instance && instance.claimUid !== spec.claimUid) throw nameConflict(spec.name)
    if (instance && instance.state !== 'Deleting') return
    const error = await this.#refusal(spec, call, refusal)
    if (!instance && error instanceof CloudError && error.reason !== 'ClusterBusy') throw error
    const message = instance ? `agent pool ${spec.name} is still being deleted` : messageOf(error)
    throw new CloudError('ClusterBusy', message, { retryAfterMs: TRY_AGAIN_SOON_MS, cause: refusal })
  }

  /** What to throw for a launch that was refused. */
  async #refusal(spec: InstanceSpec, call: Call, error: unknown): Promise<unknown> {
    const isMaybeStopped = error instanceof ArmRefusal && isUnexplained(error.failure)
    if (!isMaybeStopped || (await this.health(call)).state !== 'Stopped')
      return toCloudError(error, call, { spec, place: this.#options })
    return new CloudError('ClusterStopped', 'the cluster is stopped', { ...remedyOf('ClusterStopped'), cause: error })
  }

  async #translated<T>(call: Call, promise: Promise<T>): Promise<T> {
    try {
      return await promise
    } catch (error) {
      throw toCloudError(error, call, { place: this.#options })
    }
  }

  #instance(pool: AgentPool): Instance {
    const { provisioningState = '' } = pool
    if (isUnknownState(pool) && !this.#warned.has(provisioningState)) {
      this.#warned.add(provisioningState)
      this.#options.log.warn({ pool: pool.name, provisioningState }, 'unknown state of an agent pool, taken as busy')
    }
    return agentPoolInstance(pool, this.#cluster)
  }
}

interface Creation {
  spec: InstanceSpec
  body: AgentPool
  /** Undefined where nothing is limited. */
  ticket: number | undefined
}

interface Failure {
  ticket: number | undefined
  /** By our own limits, before it was sent. */
  isHeldBack: boolean
  /** Undefined where no answer came. */
  status: number | undefined
}

const statusOf = (error: unknown) => (error instanceof ArmRefusal ? error.failure.status : undefined)
const told = (error: unknown) => ({
  reason: error instanceof CloudError ? error.reason : undefined,
  why: messageOf(error),
})
const ignore = () => undefined
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
