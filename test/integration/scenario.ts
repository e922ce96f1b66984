import type { AzureEmulator } from '@kaito/azure-emulator'
import { parse } from 'yaml'
import { z } from 'zod'
import type { NodeProcess } from '../harness/child-process.ts'
import type { Controller, TestBedOptions } from '../harness/cluster-under-test.ts'
import { conditionSchema } from '../harness/conditions.ts'
import { createManifest, type Manifest } from '../harness/manifests.ts'
import type { Supplies } from '../harness/supplies/supplies.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { armCalls, billedPools, livePools, QUICK_AZURE } from './emulated-azure.ts'

const WORKSPACES = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces'
const MACHINES = '/apis/karpenter.sh/v1alpha5/machines'

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.string().optional() }),
  status: z.looseObject({ conditions: z.array(conditionSchema).default([]) }).optional(),
})
const listSchema = z.looseObject({ items: z.array(objectSchema) })

type KubernetesObject = z.infer<typeof objectSchema>

const CONTROLLERS: Controller[] = ['workspace-controller', 'gpu-provisioner']

interface ScenarioOptions extends TestBedOptions {
  /** Controllers that are not started. */
  without?: Controller[]
}

/** Both controllers on a test bed of their own, without leader election, so that a restart acts at once. */
export class Scenario {
  readonly bed: TestBed
  readonly #running = new Map<Controller, NodeProcess>()

  private constructor(bed: TestBed) {
    this.bed = bed
  }

  static async start({ without = [], ...options }: ScenarioOptions = {}): Promise<Scenario> {
    const azure = { ...QUICK_AZURE, ...options.azure }
    const scenario = new Scenario(await startTestBed({ ...options, azure }))
    for (const controller of CONTROLLERS) if (!without.includes(controller)) scenario.run(controller)
    return scenario
  }

  get azure(): AzureEmulator {
    return this.bed.azure
  }

  /** Registries and training data, of a test bed that has them. */
  get supplies(): Supplies {
    if (!this.bed.supplies) throw new Error('start the scenario with the option registry')
    return this.bed.supplies
  }

  run(controller: Controller, env: Record<string, string> = {}): void {
    this.#running.set(controller, this.bed.start(controller, { LEADER_ELECT: 'false', ...env }))
  }

  /** Ends the process as a power cut would, and waits until it is gone. */
  async kill(controller: Controller): Promise<void> {
    await this.#running.get(controller)?.kill('SIGKILL')
    this.#running.delete(controller)
  }

  /** What the controller printed last, for the message of a failed expectation. */
  tail(controller: Controller): string {
    return this.#running.get(controller)?.tail ?? ''
  }

  apply(manifest: Manifest) {
    return createManifest(this.bed.kube, manifest)
  }

  async deleteWorkspace(name = 'phi-3'): Promise<void> {
    const { status, text } = await this.bed.kube.ask(`${WORKSPACES}/${name}`, { method: 'DELETE' })
    if (status !== 200) throw new Error(`the deletion was refused: ${text}`)
  }

  async workspace(name = 'phi-3'): Promise<KubernetesObject | undefined> {
    const { status, text } = await this.bed.kube.ask(`${WORKSPACES}/${name}`)
    return status === 404 ? undefined : objectSchema.parse(JSON.parse(text))
  }

  async machines(): Promise<KubernetesObject[]> {
    return listSchema.parse(JSON.parse((await this.bed.kube.ask(MACHINES)).text)).items
  }

  /** The Workspace's condition once it has that status, and reason where one is named. */
  condition(type: string, wanted: { status: string; reason?: string }, name = 'phi-3') {
    return until(`Workspace ${name}: ${type}=${wanted.status} ${wanted.reason ?? ''}`, async () => {
      const conditions = (await this.workspace(name))?.status?.conditions ?? []
      return conditions.find(
        (condition) =>
          condition.type === type &&
          condition.status === wanted.status &&
          (wanted.reason === undefined || condition.reason === wanted.reason),
      )
    })
  }

  gone(name = 'phi-3'): Promise<boolean> {
    return until(`Workspace ${name} is gone`, async () => (await this.workspace(name)) === undefined)
  }

  /** Names of the agent pools with GPUs that bill now. */
  livePools(): string[] {
    return livePools(this.azure)
  }

  /** Names of all agent pools with GPUs that ever billed; one that billed twice is named twice. */
  billedPools(): string[] {
    return billedPools(this.azure)
  }

  /** Requests about agent pools that reached Azure, as "METHOD status" or "LIST status". */
  armCalls(): string[] {
    return armCalls(this.azure)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bed.stop()
  }
}

/** A Workspace that serves phi-3-mini on one current GPU node, with the given YAML merged over its top level. */
export function workspaceManifest(over = ''): Manifest {
  return {
    apiVersion: 'kaito.sh/v1alpha1',
    kind: 'Workspace',
    metadata: { name: 'phi-3' },
    resource: { instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels: { apps: 'phi-3' } } },
    inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
    ...parse(over),
  }
}
