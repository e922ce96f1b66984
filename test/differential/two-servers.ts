import { startLocalCluster } from '@kaito/local-cluster'
import { startControlPlane } from '../control-plane/control-plane.ts'
import { toolsOfRun } from '../control-plane/shared-planes.ts'
import { KubeHttp } from '../harness/kube-http.ts'
import { installProduct } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { createExchange, type Exchange } from './exchange.ts'

/** A real and an embedded API server with the product's kinds and policy, and nothing that acts by itself. */
export interface TwoServers {
  real: Exchange
  embedded: Exchange
  stop(): Promise<void>
}

const REFUSED = {
  apiVersion: 'kaito.sh/v1alpha1',
  kind: 'Workspace',
  metadata: { name: 'refused' },
  resource: { instanceType: 'Standard_NC6s_v3', labelSelector: {} },
  inference: { preset: { name: 'no-such-preset' } },
}

export async function startTwoServers(): Promise<TwoServers> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const step of undo.toReversed()) await step()
  }
  try {
    const controlPlane = await startControlPlane(await toolsOfRun(), { controllers: false })
    undo.push(controlPlane.stop)
    const cluster = await startLocalCluster({ controllers: false, kubelet: false })
    undo.push(cluster.stop)
    const exchange = async (access: { url: string; caPem: string; token: string }) => {
      await install(access)
      const made = createExchange(access)
      undo.push(made.close)
      return made
    }
    return { real: await exchange(controlPlane), embedded: await exchange(cluster), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The policy counts from some moment after it was stored. */
async function install(access: { url: string; caPem: string; token: string }): Promise<void> {
  const kube = new KubeHttp(access)
  try {
    await installProduct(kube, { devicePlugin: false })
    const path = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces?dryRun=All'
    const isRefused = async () => {
      const { status, text } = await kube.ask(path, { method: 'POST', body: REFUSED })
      return status === 422 && text.includes('ValidatingAdmissionPolicy')
    }
    await until('the admission policy is in force', isRefused)
    // Its history begins when a kind is first asked for.
    await kube.ask('/apis/karpenter.sh/v1alpha5/machines')
  } finally {
    await kube.close()
  }
}
