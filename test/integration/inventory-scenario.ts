import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { NodeProcess } from '../harness/child-process.ts'
import type { TestBedOptions } from '../harness/cluster-under-test.ts'
import { conditionSchema } from '../harness/conditions.ts'
import { kubeconfigOf } from '../harness/kubeconfig.ts'
import { createManifest, type Manifest, readManifests } from '../harness/manifests.ts'
import { serviceAccountToken } from '../harness/service-account-token.ts'
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
export const CLASS = { group: 'inventory.kaito.sh', kind: 'HostInventory', name: 'default' }
const PATIENCE_MS = 60_000
const RBAC = 'rbac.authorization.k8s.io'
/** As the guide has it for who serves Machines. */
const MACHINES_BINDING: Manifest = {
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: `${NAMESPACE}-machines` },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: `${NAMESPACE}-machines` },
  subjects: [{ kind: 'ServiceAccount', name: NAMESPACE, namespace: NAMESPACE }],
}

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
  static async start(
    hosts: readonly string[],
    env: Record<string, string> = {},
    { size = SIZE, ...options }: TestBedOptions & { size?: string } = {},
  ): Promise<InventoryScenario> {
    const scenario = new InventoryScenario(await startTestBed(options))
    try {
      await scenario.#install(hosts, { size, servesMachines: env.SERVE_MACHINES === 'true' })
      scenario.run(env)
      return scenario
    } catch (error) {
      await scenario.bed.stop()
      throw error
    }
  }

  /** What its manifest brings, but for the Deployment: the process has the rights of its account and no others. */
  async #install(hosts: readonly string[], { size, servesMachines }: { size: string; servesMachines: boolean }) {
    const { bed } = this
    const manifests = await readManifests('deploy/examples/custom-provisioner/install.yaml')
    const entry = stringify({ instanceType: size, gpus: 8, labels: { rack: 'a1' } })
    const data = Object.fromEntries(hosts.map((host) => [host, entry]))
    const inventory = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'gpu-hosts', namespace: NAMESPACE },
      data,
    }
    const all = [...manifests.filter(({ kind }) => kind !== 'Deployment'), inventory]
    // Roles of the whole cluster stay on a control plane that several tests use.
    for (const manifest of servesMachines ? [...all, MACHINES_BINDING] : all) await this.#create(manifest, [201, 409])
    const token = await serviceAccountToken(bed.kube, { namespace: NAMESPACE, name: NAMESPACE })
    const { url, caPem } = bed.cluster
    await writeFile(this.#kubeconfig, kubeconfigOf({ url, caPem, user: { token } }), { mode: 0o600 })
  }

  get #kubeconfig(): string {
    return join(this.bed.folder, 'inventory-provisioner.kubeconfig')
  }

  /** Starts a process; it ends with the scenario at the latest. */
  run(env: Record<string, string> = {}): NodeProcess {
    this.#last = new NodeProcess({
      name: NAMESPACE,
      script: 'deploy/examples/custom-provisioner/src/main.ts',
      // A container that is restarted in its Pod goes on at once.
      env: { KUBECONFIG: this.#kubeconfig, METRICS_PORT: '0', HEALTH_PROBE_PORT: '0', POD_NAME: 'pod-0', ...env },
      logFile: join(this.bed.folder, 'inventory-provisioner.log'),
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
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          // Kubernetes would add it, at a time of its own.
          'beta.kubernetes.io/os': 'linux',
          'kaito.sh/machine-type': 'gpu',
        },
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

  async #create(manifest: Manifest, accepted = [201]): Promise<void> {
    const { status, text } = await createManifest(this.bed.kube, manifest)
    if (!accepted.includes(status)) throw new Error(`${manifest.kind} ${manifest.metadata.name} was refused: ${text}`)
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
