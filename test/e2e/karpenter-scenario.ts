import { startKarpenter } from '../harness/karpenter.ts'
import { until } from '../harness/until.ts'
import { ModelLife, NODE_CLAIMS, NODE_POOLS, nodesOf, objectsOf } from '../integration/model-life.ts'
import { Scenario } from '../integration/scenario.ts'

/** Longer than Karpenter takes for anything that is waited for here. */
export const PATIENCE_MS = 150_000
export const KWOK = { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass' }

type Way = 'nodeclaim' | 'nodepool' | 'existing-nodes'

/** Our workspace controller on Karpenter's own core, without a gpu-provisioner, and one Workspace at a time. */
export class KarpenterScenario {
  readonly scenario: Scenario
  readonly karpenter: Awaited<ReturnType<typeof startKarpenter>>
  readonly life: ModelLife

  private constructor(scenario: Scenario, karpenter: KarpenterScenario['karpenter']) {
    this.scenario = scenario
    this.karpenter = karpenter
    this.life = new ModelLife(scenario.bed.kube)
  }

  static async start(): Promise<KarpenterScenario> {
    const scenario = await Scenario.start({ without: ['gpu-provisioner', 'workspace-controller'] })
    try {
      return new KarpenterScenario(scenario, await startKarpenter(scenario.bed))
    } catch (error) {
      await scenario[Symbol.asyncDispose]()
      throw error
    }
  }

  get kube() {
    return this.scenario.bed.kube
  }

  /** Starts the controller anew, with another setting. */
  async choose(provisioner: Way, settings: object = {}): Promise<void> {
    await this.scenario.kill('workspace-controller')
    await this.scenario.bed.chooseNodes({ provisioner, profile: 'karpenter-kwok', settings })
    this.scenario.run('workspace-controller')
  }

  claims() {
    return objectsOf(this.kube, NODE_CLAIMS)
  }

  pools() {
    return objectsOf(this.kube, NODE_POOLS)
  }

  nodes(): Promise<string[]> {
    return nodesOf(this.kube, this.life.name)
  }

  remove(path: string) {
    return this.kube.ask(path, { method: 'DELETE' })
  }

  /** Waits until the model answers on none of these nodes. */
  async answersElsewhere(than: string[]): Promise<void> {
    const look = async () => {
      const { workerNodes = [], conditions = [] } = (await this.life.read())?.status ?? {}
      const isReady = conditions.some(({ type, status }) => type === 'WorkspaceReady' && status === 'True')
      return isReady && workerNodes.length > 0 && workerNodes.every((name) => !than.includes(name))
    }
    await until('another node serves', look, { withinMs: PATIENCE_MS }).catch(async (cause: unknown) => {
      const { status } = (await this.life.read()) ?? {}
      throw new Error(`${JSON.stringify(status)}; Karpenter said last: ${await this.karpenter.tail()}`, { cause })
    })
    await this.life.answers()
  }

  /** Ends the Workspace; nothing that was made for it is left. */
  async leaveNothing(): Promise<void> {
    await this.life.end(PATIENCE_MS)
    await until('no claim, pool or node is left', async () => {
      const left = await Promise.all([this.claims(), this.pools(), this.nodes()])
      return left.flat().length === 0
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.karpenter.stop()
    await this.scenario[Symbol.asyncDispose]()
  }
}
