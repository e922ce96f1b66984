import type { AgentPool } from '@azure/arm-containerservice'
import type { TokenCredential } from '@azure/identity'
import {
  type Call,
  CloudError,
  type CloudHealth,
  type CloudProvider,
  type Instance,
  type InstanceSpec,
} from '@kaito/cloud-provider'
import { agentPoolBody, isPoolName } from './agent-pool-body.ts'
import { agentPoolInstance, isUnknownState } from './agent-pool-instance.ts'
import { type AgentPools, createAgentPools } from './agent-pools.ts'
import { ArmRefusal } from './arm-failure.ts'
import type { ArmCall } from './arm-policy.ts'
import { azureClient } from './azure-client.ts'
import { CallBudget } from './call-budget.ts'
import { AZURE_CALL_LIMITS, type CallLimits } from './call-limits.ts'
import { toCloudError } from './cloud-failure.ts'
import { reportingCredential } from './credential-failure.ts'
import { isUnexplained } from './error-map.ts'
import { OperationWindow } from './operation-window.ts'
import { remedyOf } from './remedy.ts'

export interface AzureCloudOptions {
  credential: TokenCredential
  subscriptionId: string
  resourceGroup: string
  clusterName: string
  /** Of the identity behind the credential, to be named where it lacks a right. */
  clientId?: string
  /** Azure's name of the cluster's region, such as `eastus`. */
  location: string
  /** Resource Manager of another cloud than the public one; https only. */
  endpoint?: string
  /** Token scopes; by default those of `endpoint` where it is one of Microsoft's. */
  scopes?: string[]
  /** PEM of a certificate authority to trust beside the system's. */
  ca?: string
  /** `off` sends every call and operation at once; by default Azure's documented limits hold. */
  limits?: CallLimits | 'off'
  clock: { now(): number; monotonic(): number }
  /** From 0 up to 1. */
  random: () => number
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
  onRequest?: (call: ArmCall) => void
}

type Terminated = Parameters<CloudProvider['terminate']>[0]

const PUBLIC_ENDPOINT = 'https://management.azure.com'
/** Clouds whose token scope is their own endpoint; any other host is a stand-in for the public one. */
const SOVEREIGN = new Set(['management.usgovcloudapi.net', 'management.chinacloudapi.cn'])
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
  readonly #warned = new Set<string>()

  constructor(options: AzureCloudOptions) {
    const endpoint = new URL(options.endpoint ?? PUBLIC_ENDPOINT)
    if (endpoint.protocol !== 'https:') throw new Error(`endpoint ${endpoint.href} must be https: it is sent a token`)
    const scopeHost = SOVEREIGN.has(endpoint.hostname) ? endpoint.origin : PUBLIC_ENDPOINT
    this.#options = options
    this.#cluster = `${options.resourceGroup}/${options.clusterName}`
    this.#window = new OperationWindow(options)
    this.#budget = new CallBudget(options.limits ?? AZURE_CALL_LIMITS, options.clock)
    const use = azureClient({
      ...options,
      credential: reportingCredential(options.credential),
      endpoint,
      ca: options.ca,
      scopes: options.scopes ?? [`${scopeHost}/.default`],
      budget: this.#budget,
      onRequest: options.onRequest ?? (() => undefined),
    })
    this.#pools = createAgentPools(options, use)
  }

  async get(name: string, call: Call): Promise<Instance | undefined> {
    call.signal.throwIfAborted()
    if (!isPoolName(name)) return undefined
    const pool = await this.#translated(call, this.#pools.get(name, call))
    return pool && this.#instance(pool)
  }

  async list(call: Call): Promise<Instance[]> {
    call.signal.throwIfAborted()
    const mark = this.#window.mark()
    const pools = await this.#translated(call, this.#pools.list(call))
    const instances = pools.map((pool) => this.#instance(pool))
    const busy = instances.filter(({ claimUid, state }) => claimUid && (state === 'Creating' || state === 'Deleting'))
    this.#window.observed(new Set(busy.map(({ name }) => name)), mark)
    return instances
  }

  async health(call: Call): Promise<CloudHealth> {
    call.signal.throwIfAborted()
    const { provisioningState = 'Succeeded', powerState } = await this.#translated(call, this.#pools.cluster(call))
    if (!/^(?:Succeeded|Failed|Canceled)$/.test(provisioningState)) return { state: 'Busy' }
    return { state: powerState?.code === 'Stopped' ? 'Stopped' : 'Running' }
  }

  async launch(spec: InstanceSpec, call: Call): Promise<void> {
    call.signal.throwIfAborted()
    const { location, limits, log } = this.#options
    const body = agentPoolBody(spec, { cluster: this.#cluster, location })
    const ticket = limits === 'off' ? undefined : this.#window.enter(spec.name)
    const facts = { pool: spec.name, claimUid: spec.claimUid, launch: spec.launch, instanceType: spec.instanceType }
    try {
      await this.#pools.create(spec.name, body, call)
      if (ticket !== undefined) this.#window.accepted()
    } catch (error) {
      const status = error instanceof ArmRefusal ? error.failure.status : undefined
      const isContention = status === 409 || status === 429
      if (ticket !== undefined) this.#window.refused(spec.name, { ticket, isContention })
      if (status === 409 || status === 412) await this.#settleConflict(spec, call, error)
      else throw await this.#refusal(spec, call, error)
      return
    }
    log.info(facts, 'agent pool create accepted')
  }

  async terminate(target: Terminated, call: Call): Promise<void> {
    const { name } = target
    call.signal.throwIfAborted()
    if (!isPoolName(name)) return
    this.#budget.setAside(name)
    try {
      await this.#translated(call, this.#deleteOwned(target, call))
    } finally {
      this.#budget.putBack(name)
    }
  }

  async #deleteOwned({ name, claimUid, launch = Number.POSITIVE_INFINITY }: Terminated, call: Call): Promise<void> {
    const pool = await this.#pools.get(name, call)
    if (!pool) return
    const instance = this.#instance(pool)
    if (instance.claimUid !== claimUid) throw nameConflict(name)
    if (instance.state === 'Deleting') return
    if ((instance.launch ?? 0) > launch) {
      throw new CloudError('ClusterBusy', `agent pool ${name} was made by a later launch`)
    }
    await this.#pools.delete({ name, etag: pool.eTag }, call)
    this.#window.started(name)
    this.#options.log.info({ pool: name, claimUid }, 'agent pool deletion accepted')
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

function nameConflict(name: string): CloudError {
  const message = `agent pool ${name} exists and was not made for this claim`
  return new CloudError('NameConflict', message, remedyOf('NameConflict'))
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
