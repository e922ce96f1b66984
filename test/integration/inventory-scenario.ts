import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { NodeProcess } from '../harness/child-process.ts'
import { conditionSchema } from '../harness/conditions.ts'
import { createManifest, type Manifest } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'

const NAMESPACE = 'inventory-provisioner'
const MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`
const NODES = '/api/v1/nodes'
const KINDS = {
  NodeClaim: { apiVersion: 'karpenter.sh/v1', path: '/apis/karpenter.sh/v1/nodeclaims' },
  Machine: { apiVersion: 'karpenter.sh/v1alpha5', path: '/apis/karpenter.sh/v1alpha5/machines' },
} as const
type Kind = keyof typeof KINDS
export const SIZE = 'h100-8'
const CLASS = { group: 'inventory.kaito.sh', kind: 'HostInventory', name: 'default' }
const PATIENCE_MS = 60_000

const objectSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    finalizers: z.array(z.string()).default([]),
  }),
  spec: z.looseObject({ providerID: z.string().optional(), taints: z.array(z.unknown()).default([]) }).optional(),
  status: z
    .looseObject({ conditions: z.array(conditionSchema).default([]), nodeName: z.string().default('') })
    .optional(),
})
const mapSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) })
const assignmentSchema = z.looseObject({ instance: z.string() })
const eventsSchema = z.object({ items: z.array(z.looseObject({ reason: z.string(), message: z.string() })) })

/** The inventory provisioner of the examples as a process, with hosts that join as their tests say. */
export class InventoryScenario {
  readonly bed: TestBed
  #last: NodeProcess | undefined

  private constructor(bed: TestBed) {
    this.bed = bed
  }

  /** `hosts` are names; each has eight GPUs. Their Nodes do not join by that. */
  static async start(hosts: readonly string[], env: Record<string, string> = {}): Promise<InventoryScenario> {
    const scenario = new InventoryScenario(await startTestBed())
    const entry = stringify({ instanceType: SIZE, gpus: 8, labels: { rack: 'a1' } })
    const manifests: Manifest[] = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'gpu-hosts', namespace: NAMESPACE },
        data: Object.fromEntries(hosts.map((host) => [host, entry])),
      },
    ]
    for (const manifest of manifests) await scenario.#create(manifest)
    scenario.run(env)
    return scenario
  }

  /** Starts a process; it ends with the scenario at the latest. */
  run(env: Record<string, string> = {}): NodeProcess {
    const { folder, kubeconfigPath } = this.bed
    this.#last = new NodeProcess({
      name: NAMESPACE,
      script: 'deploy/examples/custom-provisioner/src/main.ts',
      env: { KUBECONFIG: kubeconfigPath, METRICS_PORT: '0', HEALTH_PROBE_PORT: '0', LEADER_ELECT: 'false', ...env },
      logFile: join(folder, 'inventory-provisioner.log'),
    })
    return this.#last
  }

  /** Ends the process started last as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#last?.kill('SIGKILL')
  }

  /** The host's kubelet registers it, and a device plugin runs there. */
  async join(name: string): Promise<void> {
    await this.#create({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kaito.sh/machine-type': 'gpu' },
        annotations: { 'simulation.kaito.sh/node': 'true', 'simulation.kaito.sh/gpus': '8' },
      },
    })
  }

  async claim(name: string, kind: Kind = 'NodeClaim'): Promise<void> {
    await this.#create({
      apiVersion: KINDS[kind].apiVersion,
      kind,
      metadata: { name },
      spec: {
        ...(kind === 'NodeClaim' && { nodeClassRef: CLASS, expireAfter: 'Never' }),
        requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: [SIZE] }],
        resources: { requests: { 'nvidia.com/gpu': '8' } },
      },
    })
  }

  async #create(manifest: Manifest): Promise<void> {
    const { status, text } = await createManifest(this.bed.kube, manifest)
    if (status !== 201) throw new Error(`${manifest.kind} ${manifest.metadata.name} was refused: ${text}`)
  }

  async stored(name: string, kind: Kind = 'NodeClaim') {
    return this.#get(`${KINDS[kind].path}/${name}`)
  }

  async node(name: string) {
    return this.#get(`${NODES}/${name}`)
  }

  async #get(path: string) {
    const { status, text } = await this.bed.kube.ask(path)
    return status === 404 ? undefined : objectSchema.parse(JSON.parse(text))
  }

  async delete(name: string, kind: Kind = 'NodeClaim'): Promise<void> {
    const { status, text } = await this.bed.kube.ask(`${KINDS[kind].path}/${name}`, { method: 'DELETE' })
    if (status !== 200) throw new Error(`the deletion was refused: ${text}`)
  }

  /** The claim's condition once it has that status, and reason where one is named. */
  condition(name: string, type: string, wanted: { status: string; reason?: string; kind?: Kind }) {
    const { status, reason, kind = 'NodeClaim' } = wanted
    return this.#soon(`${kind} ${name}: ${type}=${status} ${reason ?? ''}`, async () => {
      const conditions = (await this.stored(name, kind))?.status?.conditions ?? []
      return conditions.find(
        (one) => one.type === type && one.status === status && (reason === undefined || one.reason === reason),
      )
    })
  }

  ready = (name: string, kind: Kind = 'NodeClaim') => this.condition(name, 'Ready', { status: 'True', kind })

  gone = (name: string, kind: Kind = 'NodeClaim') =>
    this.#soon(`${kind} ${name} is gone`, async () => (await this.stored(name, kind)) === undefined)

  #soon<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
    return until(what, look, { withinMs: PATIENCE_MS }).catch((error: Error) => {
      throw new Error(`${error.message}; the provisioner said last: ${this.#last?.tail.slice(-2_000)}`, {
        cause: error,
      })
    })
  }

  /** Which host has which instance. */
  async taken(): Promise<Record<string, string>> {
    const { status, text } = await this.bed.kube.ask(`${MAPS}/gpu-hosts-claims`)
    const { data } = mapSchema.parse(status === 404 ? {} : JSON.parse(text))
    return Object.fromEntries(
      Object.entries(data).map(([host, entry]) => [host, assignmentSchema.parse(JSON.parse(entry)).instance]),
    )
  }

  /** Once exactly these are taken. */
  takes = (wanted: Record<string, string>) =>
    this.#soon(`taken are ${JSON.stringify(wanted)}`, async () => isEqual(await this.taken(), wanted))

  async events(): Promise<string[]> {
    const { text } = await this.bed.kube.ask('/api/v1/events')
    return eventsSchema.parse(JSON.parse(text)).items.map(({ reason, message }) => `${reason}: ${message}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last?.stop()
    await this.bed.stop()
  }
}

function isEqual(one: Record<string, string>, other: Record<string, string>): boolean {
  const text = (record: Record<string, string>) => JSON.stringify(Object.entries(record).sort())
  return text(one) === text(other)
}
