import { expect } from 'vitest'
import { z } from 'zod'
import { conditionSchema } from '../harness/conditions.ts'
import type { KubeHttp } from '../harness/kube-http.ts'
import { until } from '../harness/until.ts'
import { awaitCondition } from './await-condition.ts'

export const NODE_CLAIMS = '/apis/karpenter.sh/v1/nodeclaims'
export const NODE_POOLS = '/apis/karpenter.sh/v1/nodepools'

const objectSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.looseObject({}).optional(),
  status: z
    .looseObject({
      conditions: z.array(conditionSchema).default([]),
      workerNodes: z.array(z.string()).default([]),
      slots: z
        .array(
          z.looseObject({ attempt: z.number(), claimName: z.string().optional(), nodeName: z.string().optional() }),
        )
        .default([]),
    })
    .default({ conditions: [], workerNodes: [], slots: [] }),
})
const listSchema = z.object({ items: z.array(objectSchema) })

/** Somebody's own claim for a node that carries what a Workspace's labelSelector wants. */
export function claimByHand(name: string, apps: string, nodeClassRef: { group: string; kind: string }) {
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { name, labels: { apps } },
    spec: {
      nodeClassRef: { ...nodeClassRef, name: 'default' },
      requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC24ads_A100_v4'] }],
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
      resources: { requests: { 'nvidia.com/gpu': 1 } },
      expireAfter: 'Never',
    },
  }
}

/** Objects of a cluster-scoped kind; none of one that is not served. */
export async function objectsOf(kube: KubeHttp, path: string) {
  const { status, text } = await kube.ask(path)
  return status === 404 ? [] : listSchema.parse(JSON.parse(text)).items
}

/** Names of the Nodes that carry the label of a Workspace. */
export async function nodesOf(kube: KubeHttp, workspace: string): Promise<string[]> {
  const nodes = await objectsOf(kube, `/api/v1/nodes?labelSelector=kaito.sh/workspace=${workspace}`)
  return nodes.map(({ metadata }) => metadata.name).sort()
}

const PATH = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces'

/** A Workspace of the default namespace, whichever way its nodes come. */
export class ModelLife {
  readonly kube: KubeHttp
  readonly name: string

  constructor(kube: KubeHttp, name = 'phi-3') {
    this.kube = kube
    this.name = name
  }

  /** Creates it: phi-3-mini on current GPU nodes, with parts of `resource` replaced. */
  async apply(resource: object = {}): Promise<void> {
    const body = {
      apiVersion: 'kaito.sh/v1alpha1',
      kind: 'Workspace',
      metadata: { name: this.name },
      resource: {
        ...('instanceTypes' in resource ? {} : { instanceType: 'Standard_NC24ads_A100_v4' }),
        labelSelector: { matchLabels: { apps: this.name } },
        ...resource,
      },
      inference: { preset: { name: 'phi-3-mini-4k-instruct' } },
    }
    const { status, text } = await this.kube.ask(PATH, { method: 'POST', body })
    if (status !== 201) throw new Error(`the Workspace was refused: ${text}`)
  }

  async read() {
    const { status, text } = await this.kube.ask(`${PATH}/${this.name}`)
    return status === 404 ? undefined : objectSchema.parse(JSON.parse(text))
  }

  condition(type: string, wanted: { status: string; reason?: string }, withinMs = 60_000) {
    const read = async () => (await this.read())?.status.conditions
    return awaitCondition(this.name, read, { type, ...wanted, withinMs })
  }

  /** Waits until the model answers, and asks it. */
  async answers(withinMs = 60_000): Promise<void> {
    await this.condition('WorkspaceReady', { status: 'True' }, withinMs)
    const service = `/api/v1/namespaces/default/services/${this.name}:80/proxy/chat`
    const { text } = await this.kube.ask(service, { method: 'POST', body: { prompt: 'What is Kubernetes?' } })
    expect(text).toMatch(/stand-in/)
  }

  /** Deletes it, and waits until it is gone. */
  async end(withinMs = 60_000): Promise<void> {
    await this.kube.ask(`${PATH}/${this.name}`, { method: 'DELETE' })
    await until(`${this.name} is gone`, async () => (await this.read()) === undefined, { withinMs })
  }
}
