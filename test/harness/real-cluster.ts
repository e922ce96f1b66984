import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { connectByKubeconfig, startKubelet } from '@kaito/local-cluster'
import { z } from 'zod'
import { emptyCluster } from '../control-plane/empty-cluster.ts'
import { planeOfWorker } from '../control-plane/shared-planes.ts'
import { upgradeNodes } from '../e2e/charts.ts'
import type { ClusterOptions, ClusterUnderTest, Controller, ControllerStart } from './cluster-under-test.ts'
import { type AzureAccess, azureEndpoints } from './controller-settings.ts'
import { KubeHttp } from './kube-http.ts'
import type { NodesChoice } from './nodes-choice.ts'
import { podProcess, podSchema } from './pod-process.ts'

const deploymentSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ template: z.object({ metadata: z.looseObject({}), spec: z.unknown() }) }),
})

/** Where the end-to-end run installs each controller's chart. */
const DEPLOYMENTS: Record<Controller, string> = {
  'workspace-controller': '/apis/apps/v1/namespaces/kaito-workspace/deployments/workspace',
  'gpu-provisioner': '/apis/apps/v1/namespaces/gpu-provisioner/deployments/gpu-provisioner',
}

/**
 * The real control plane of this test worker, emptied, with a simulated kubelet for this test. Both charts are installed
 * there without running Pods: controllers start as their rendered Deployments say, but for the address of Azure.
 */
export async function takeRealCluster(options: ClusterOptions): Promise<ClusterUnderTest> {
  const access = await planeOfWorker()
  const kube = new KubeHttp(access)
  const stopping = new AbortController()
  let kubeletStopped: Promise<void> | undefined
  try {
    await emptyCluster(kube, { devicePlugin: options.devicePlugin ?? true })
    const kubeletOption = options.cluster?.kubelet ?? true
    if (kubeletOption !== false) {
      const timings = kubeletOption === true ? {} : kubeletOption
      const { signal } = stopping
      const connected = connectByKubeconfig(access.kubeconfig)
      const kubelet = await startKubelet({ ...options.simulation, access: connected, signal, timings })
      kubeletStopped = kubelet.stopped
    }
  } catch (error) {
    stopping.abort()
    await kube.close()
    throw error
  }
  let isChosen = false
  const chooseNodes = async (nodes: NodesChoice) => {
    isChosen = true
    await upgradeNodes(access, nodes)
  }
  if (options.nodes) await chooseNodes(options.nodes)
  const start = (controller: Controller, azure: AzureAccess) =>
    startOf(controller, { kube, access, azure, folder: join(options.folder, controller) })
  return {
    ...access,
    chooseNodes,
    async controllers(azure) {
      return {
        'workspace-controller': await start('workspace-controller', azure),
        'gpu-provisioner': await start('gpu-provisioner', azure),
      }
    },
    async stop() {
      stopping.abort()
      await kubeletStopped
      await kube.close()
      if (isChosen) await upgradeNodes(access, {})
    },
  }
}

interface Parts {
  kube: KubeHttp
  access: { url: string; caPem: string }
  azure: AzureAccess
  folder: string
}

async function startOf(controller: Controller, parts: Parts): Promise<ControllerStart> {
  const { kube, access, azure, folder } = parts
  const { metadata, spec } = deploymentSchema.parse(JSON.parse((await kube.ask(DEPLOYMENTS[controller])).text))
  const pod = podSchema.parse({
    metadata: {
      ...spec.template.metadata,
      name: `${metadata.name}-0`,
      namespace: metadata.namespace,
      uid: randomUUID(),
    },
    spec: spec.template.spec,
  })
  const start = await podProcess({ ...access, kube, pod, folder })
  return { ...start, env: { ...start.env, ...(controller === 'gpu-provisioner' && azureEndpoints(azure)) } }
}
