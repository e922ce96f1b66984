import { z } from 'zod'
import { conditionSchema } from '../harness/conditions.ts'
import { createManifest, type Manifest } from '../harness/manifests.ts'
import { registrySecret } from '../harness/supplies/provide-for.ts'
import { CREDENTIALS } from '../harness/supplies/supplies.ts'
import { until } from '../harness/until.ts'
import { awaitCondition, type WantedCondition } from './await-condition.ts'
import type { Scenario } from './scenario.ts'

const workspaceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), generation: z.number().default(0) }),
  status: z
    .looseObject({
      conditions: z.array(conditionSchema).default([]),
      state: z.string().optional(),
      workerNodes: z.array(z.string()).default([]),
      slots: z.array(z.looseObject({ claimName: z.string().optional(), nodeName: z.string().optional() })).default([]),
    })
    .optional(),
})
const podsSchema = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), uid: z.string() }),
      spec: z.looseObject({ nodeName: z.string().optional() }),
    }),
  ),
})
const eventsSchema = z.object({
  items: z.array(
    z.looseObject({
      involvedObject: z.looseObject({ kind: z.string().optional(), name: z.string().optional() }),
      type: z.string(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
})

const labelsSchema = z.record(z.string(), z.string()).default({})

/** The groups and versions of the kinds that tests look at. */
const BASES = {
  workspaces: '/apis/kaito.sh/v1alpha1',
  deployments: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
} as const

/** A namespace of a scenario for one test alone, so that names repeat and tests run beside each other. */
export class Tenant {
  readonly scenario: Scenario
  readonly namespace: string

  private constructor(scenario: Scenario, namespace: string) {
    this.scenario = scenario
    this.namespace = namespace
  }

  static async create(scenario: Scenario, namespace: string): Promise<Tenant> {
    const answer = await scenario.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    if (answer.status !== 201) throw new Error(`namespace ${namespace} was refused: ${answer.text}`)
    return new Tenant(scenario, namespace)
  }

  get kube() {
    return this.scenario.bed.kube
  }

  path(plural: keyof typeof BASES | 'pods' | 'services' | 'secrets' | 'configmaps' | 'events', name?: string): string {
    const base = new Map<string, string>(Object.entries(BASES)).get(plural) ?? '/api/v1'
    return `${base}/namespaces/${this.namespace}/${plural}${name === undefined ? '' : `/${name}`}`
  }

  /** Creates the object here; throws when it is refused. */
  async apply(manifest: Manifest): Promise<void> {
    const { status, text } = await this.tryApply(manifest)
    if (status !== 201) throw new Error(`${manifest.kind} ${manifest.metadata.name} was refused: ${text}`)
  }

  tryApply({ metadata, ...rest }: Manifest) {
    const isNamespaced = rest.kind !== 'AgentPoolClass'
    return createManifest(this.kube, {
      ...rest,
      metadata: { ...metadata, ...(isNamespaced && { namespace: this.namespace }) },
    })
  }

  /** A Secret for the private registry, with its credentials unless told otherwise. */
  registrySecret(name: string, credentials = CREDENTIALS): Promise<void> {
    return this.apply(registrySecret(name, this.scenario.supplies.privateRegistry.host, credentials))
  }

  /** Puts the right credentials into such a Secret. */
  async correctRegistrySecret(name: string): Promise<void> {
    const right = registrySecret(name, this.scenario.supplies.privateRegistry.host)
    const { status, text } = await this.kube.mergePatch(this.path('secrets', name), right)
    if (status !== 200) throw new Error(`the Secret was not corrected: ${text}`)
  }

  async workspace(name: string) {
    const { status, text } = await this.kube.ask(this.path('workspaces', name))
    return status === 404 ? undefined : workspaceSchema.parse(JSON.parse(text))
  }

  condition(name: string, type: string, wanted: WantedCondition) {
    const read = async () => (await this.workspace(name))?.status?.conditions
    return awaitCondition(`${this.namespace}/${name}`, read, { type, ...wanted })
  }

  ready(name: string, withinMs = 50_000) {
    return this.condition(name, 'WorkspaceReady', { status: 'True', withinMs })
  }

  /** What the model says, through the Service. */
  async chat(name: string, prompt = 'What is Kubernetes?'): Promise<{ status: number; text: string }> {
    return this.kube.ask(`${this.path('services', name)}:80/proxy/chat`, { method: 'POST', body: { prompt } })
  }

  /** Of a Workspace, as "Normal Reason", in the order of their making. */
  async events(name: string) {
    const { items } = eventsSchema.parse(JSON.parse((await this.kube.ask(this.path('events'))).text))
    return items.filter(({ involvedObject }) => involvedObject.kind === 'Workspace' && involvedObject.name === name)
  }

  event(name: string, reason: string) {
    return until(`event ${reason} of ${this.namespace}/${name}`, async () =>
      (await this.events(name)).find((event) => event.reason === reason),
    )
  }

  async pods(name: string) {
    const selector = encodeURIComponent(`kaito.sh/workspace=${name}`)
    return podsSchema.parse(JSON.parse((await this.kube.ask(`${this.path('pods')}?labelSelector=${selector}`)).text))
      .items
  }

  /** Names of the agent pools that were bought for it and are on record. */
  async pools(name: string): Promise<string[]> {
    return ((await this.workspace(name))?.status?.slots ?? []).flatMap(({ claimName }) => claimName ?? [])
  }

  /** Names of all claims for nodes of this namespace, on record or not. */
  async claims(): Promise<string[]> {
    const labelsOf = ({ labels }: Record<string, unknown>) => labelsSchema.parse(labels)
    const own = (await this.scenario.machines()).filter(
      ({ metadata }) => labelsOf(metadata)['kaito.sh/workspacenamespace'] === this.namespace,
    )
    return own.map(({ metadata }) => metadata.name)
  }

  /** Deletes it and waits until it is gone; the pools it had do not bill then. */
  async remove(name: string): Promise<void> {
    const { status, text } = await this.kube.ask(this.path('workspaces', name), { method: 'DELETE' })
    if (status !== 200) throw new Error(`the deletion was refused: ${text}`)
    await until(`${this.namespace}/${name} is gone`, async () => (await this.workspace(name)) === undefined)
  }
}
