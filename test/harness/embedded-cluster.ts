import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLocalCluster } from '@kaito/local-cluster'
import type { ClusterOptions, ClusterUnderTest } from './cluster-under-test.ts'
import { controllerSettings } from './controller-settings.ts'
import { KubeHttp } from './kube-http.ts'
import { installProduct } from './manifests.ts'

/** An embedded cluster in this process, with what the charts bring besides the controllers. */
export async function startEmbeddedCluster(options: ClusterOptions): Promise<ClusterUnderTest> {
  const { folder, devicePlugin = true, simulation } = options
  const cluster = await startLocalCluster({ ...options.cluster, ...(simulation && { simulation }) })
  const kube = new KubeHttp(cluster)
  const stop = async () => {
    await kube.close()
    await cluster.stop()
  }
  try {
    await installProduct(kube, { devicePlugin })
  } catch (error) {
    await stop()
    throw error
  }
  let nodes = options.nodes ?? {}
  const kubeconfigPath = join(folder, 'controllers.kubeconfig')
  await writeFile(kubeconfigPath, cluster.kubeconfig, { mode: 0o600 })
  return {
    ...cluster,
    stop,
    async chooseNodes(choice) {
      nodes = choice
    },
    async controllers(azure) {
      const settings = await controllerSettings({ folder, kubeconfigPath, azure, kube, nodes })
      return {
        'workspace-controller': startOf('workspace-controller', settings['workspace-controller']),
        'gpu-provisioner': startOf('gpu-provisioner', settings['gpu-provisioner']),
      }
    },
  }
}

const startOf = (controller: string, env: Record<string, string>) => ({
  script: `packages/${controller}/src/main.ts`,
  env,
})
