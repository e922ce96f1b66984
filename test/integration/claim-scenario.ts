import type { AzureEmulator } from '@kaito/azure-emulator'
import { z } from 'zod'
import type { NodeProcess } from '../harness/child-process.ts'
import type { TestBedOptions } from '../harness/cluster-under-test.ts'
import { conditionSchema } from '../harness/conditions.ts'
import { createManifest } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { armCalls, billedPools, livePools, QUICK_AZURE } from './emulated-azure.ts'

const KINDS = {
  Machine: { apiVersion: 'karpenter.sh/v1alpha5', path: '/apis/karpenter.sh/v1alpha5/machines', spec: {} },
  NodeClaim: {
    apiVersion: 'karpenter.sh/v1',
    path: '/apis/karpenter.sh/v1/nodeclaims',
    spec: { nodeClassRef: { group: 'kaito.sh', kind: 'KaitoNodeClass', name: 'default' }, expireAfter: 'Never' },
  },
} as const
type ClaimKind = keyof typeof KINDS
const NODES = '/api/v1/nodes'
const HELD_DELETIONS = '/api/v1/namespaces/gpu-provisioner/configmaps/gpu-provisioner-deletions'
const A100 = 'Standard_NC24ads_A100_v4'

/** Deadlines and pauses that a test can sit out. */
const QUICK_SETTINGS = {
  LEADER_ELECT: 'false',
  REGISTRATION_DEADLINE_MINUTES: '0.05',
  INITIALIZATION_DEADLINE_MINUTES: '0.2',
  GARBAGE_COLLECTION_PERIOD_MINUTES: '0.02',
  GARBAGE_COLLECTION_GRACE_MINUTES: '0.01',
  GARBAGE_COLLECTION_SETTLE_MINUTES: '0.01',
}

const objectSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).default([]),
  }),
  spec: z.looseObject({ unschedulable: z.boolean().default(false) }).optional(),
  status: z
    .looseObject({
      conditions: z.array(conditionSchema).default([]),
      nodeName: z.string().default(''),
      providerID: z.string().default(''),
    })
    .optional(),
})
const listSchema = z.looseObject({ items: z.array(objectSchema) })

const reportSchema = z.object({ data: z.object({ message: z.string() }) })

interface ClaimScenarioOptions extends TestBedOptions {
  env?: Record<string, string>
  /** What is done to the test bed before the provisioner starts. */
  prepare?: (bed: TestBed) => Promise<unknown>
}

/** The gpu-provisioner alone on a test bed of its own; claims, Machines at first, are applied as any client would. */
export class ClaimScenario {
  readonly bed: TestBed
  readonly #env: Record<string, string>
  readonly #kind: ClaimKind
  readonly #path: string
  #last: NodeProcess | undefined

  private constructor(bed: TestBed, env: Record<string, string>, kind: ClaimKind) {
    this.bed = bed
    this.#env = env
    this.#kind = kind
    this.#path = KINDS[kind].path
  }

  static async start({ env = {}, prepare, ...options }: ClaimScenarioOptions = {}): Promise<ClaimScenario> {
    const bed = await startTestBed({ ...options, azure: { ...QUICK_AZURE, ...options.azure } })
    await prepare?.(bed)
    const scenario = new ClaimScenario(bed, { ...QUICK_SETTINGS, ...env }, 'Machine')
    scenario.run()
    return scenario
  }

  /** The same world; what it says of Machines is about this kind of claim there. */
  of(kind: ClaimKind): ClaimScenario {
    const view = new ClaimScenario(this.bed, this.#env, kind)
    view.#last = this.#last
    return view
  }

  get azure(): AzureEmulator {
    return this.bed.azure
  }

  /** The process that was started last. */
  get provisioner(): NodeProcess {
    if (!this.#last) throw new Error('no gpu-provisioner was started yet')
    return this.#last
  }

  run(env: Record<string, string> = {}): NodeProcess {
    this.#last = this.bed.start('gpu-provisioner', { ...this.#env, ...env })
    return this.#last
  }

  /** Ends the process started last as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#last?.kill('SIGKILL')
  }

  async apply(name: string, spec: object = {}, metadata: object = {}): Promise<void> {
    const requirements = [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: [A100] }]
    const resources = { requests: { 'nvidia.com/gpu': 1 } }
    const { apiVersion, spec: required } = KINDS[this.#kind]
    const { status, text } = await createManifest(this.bed.kube, {
      apiVersion,
      kind: this.#kind,
      metadata: { name, ...metadata },
      spec: { ...required, requirements, resources, ...spec },
    })
    if (status !== 201) throw new Error(`the ${this.#kind} was refused: ${text}`)
  }

  async machine(name: string) {
    const { status, text } = await this.bed.kube.ask(`${this.#path}/${name}`)
    return status === 404 ? undefined : objectSchema.parse(JSON.parse(text))
  }

  async machines() {
    return listSchema.parse(JSON.parse((await this.bed.kube.ask(this.#path)).text)).items
  }

  /** Nodes of GPU pools. */
  async nodes() {
    const { items } = listSchema.parse(JSON.parse((await this.bed.kube.ask(NODES)).text))
    return items.filter(({ metadata }) => metadata.labels.agentpool !== 'nodepool1')
  }

  async delete(path: string): Promise<void> {
    const { status, text } = await this.bed.kube.ask(path, { method: 'DELETE' })
    if (status !== 200) throw new Error(`the deletion was refused: ${text}`)
  }

  /** A Pod that runs on the Node and has no owner. */
  async pod(name: string, nodeName: string): Promise<void> {
    const containers = [{ name: 'main', image: 'example.com/busy:1' }]
    const { status, text } = await createManifest(this.bed.kube, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { nodeName, containers, tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
    })
    if (status !== 201) throw new Error(`the Pod was refused: ${text}`)
  }

  async hasPod(name: string): Promise<boolean> {
    return (await this.bed.kube.ask(`/api/v1/namespaces/default/pods/${name}`)).status === 200
  }

  /** What the report of held deletions says, once that many are held. */
  heldDeletions(count: number): Promise<string> {
    return until(`${count} deletions are held`, async () => {
      const { status, text } = await this.bed.kube.ask(HELD_DELETIONS)
      const { message } = status === 200 ? reportSchema.parse(JSON.parse(text)).data : { message: '' }
      return message.startsWith(`${count} `) && message
    })
  }

  approveDeletions = (count: string) =>
    this.bed.kube.mergePatch(HELD_DELETIONS, { metadata: { annotations: { 'kaito.sh/approved-deletions': count } } })

  deleteMachine = (name: string): Promise<void> => this.delete(`${this.#path}/${name}`)

  deleteNode = (name: string): Promise<void> => this.delete(`${NODES}/${name}`)

  patchMachine = (name: string, body: object) => this.bed.kube.mergePatch(`${this.#path}/${name}`, body)

  annotate = (name: string, annotations: Record<string, string>) =>
    this.patchMachine(name, { metadata: { annotations } })

  /** The Machine's condition once it has that status, and reason where one is named. */
  condition(
    name: string,
    type: string,
    wanted: { status: string; reason?: string; message?: RegExp; withinMs?: number },
  ) {
    const { status, reason, message, withinMs = 30_000 } = wanted
    let last = ''
    return until(
      `${this.#kind} ${name}: ${type}=${status} ${reason ?? ''}`,
      async () => {
        const conditions = (await this.machine(name))?.status?.conditions ?? []
        last = JSON.stringify(conditions)
        return conditions.find(
          (condition) =>
            condition.type === type &&
            condition.status === status &&
            (reason === undefined || condition.reason === reason) &&
            (message === undefined || message.test(condition.message)),
        )
      },
      { withinMs },
    ).catch((error: Error) => {
      throw new Error(`${error.message}; it has ${last}; ${this.#lastWords()}`, { cause: error })
    })
  }

  #lastWords(): string {
    return `the provisioner said last: ${this.#last?.tail.slice(-2_000)}`
  }

  ready = (name: string) => this.condition(name, 'Ready', { status: 'True' })

  async gone(name: string, withinMs = 30_000): Promise<void> {
    let last: unknown
    await until(
      `${this.#kind} ${name} is gone`,
      async () => {
        last = await this.machine(name)
        return last === undefined
      },
      { withinMs },
    ).catch((error: Error) => {
      const calls = this.armCalls(/./).slice(-10).join(', ')
      const facts = `it is ${JSON.stringify(last)}; Azure was asked ${calls}; ${this.#lastWords()}`
      throw new Error(`${error.message}; ${facts}`, { cause: error })
    })
  }

  /** Names of the agent pools with GPUs that bill now. */
  livePools(): string[] {
    return livePools(this.azure)
  }

  /** How many launches billed. */
  launches(): number {
    return billedPools(this.azure).length
  }

  /** Requests about agent pools that reached Azure, as "METHOD status" or "LIST status". */
  armCalls(pattern: RegExp): string[] {
    return armCalls(this.azure).filter((call) => pattern.test(call))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bed.stop()
  }
}
