import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AzureEmulator, type EmulatorOptions, startAzureEmulator } from '@kaito/azure-emulator'
import { type LocalCluster, type LocalClusterOptions, startLocalCluster } from '@kaito/local-cluster'
import { z } from 'zod'
import { NodeProcess } from './child-process.ts'
import { KubeHttp } from './kube-http.ts'
import { installProduct } from './manifests.ts'

export interface TestBedOptions {
  azure?: EmulatorOptions
  cluster?: LocalClusterOptions
  /** Installs the NVIDIA device plugin; default true. */
  devicePlugin?: boolean
}

export type Controller = 'workspace-controller' | 'gpu-provisioner'

/** An embedded cluster and an emulated Azure in this process, with the product's manifests installed. */
export interface TestBed {
  folder: string
  kubeconfigPath: string
  cluster: LocalCluster
  azure: AzureEmulator
  kube: KubeHttp
  /** Starts a controller as a process of its own; it ends with the test bed at the latest. */
  start(controller: Controller, env?: Record<string, string>): NodeProcess
  stop(): Promise<void>
}

export async function startTestBed(options: TestBedOptions = {}): Promise<TestBed> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const step of undo.toReversed()) await step()
  }
  try {
    return { ...(await build(options, undo)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** `undo` collects how to end what was started, in the order of starting. */
async function build(options: TestBedOptions, undo: (() => Promise<unknown>)[]): Promise<Omit<TestBed, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  const cluster = await startLocalCluster(options.cluster)
  undo.push(() => cluster.stop())
  const azure = await startAzureEmulator({ nodes: { kubeconfig: cluster.kubeconfig }, ...options.azure })
  undo.push(() => azure.stop())
  const kube = new KubeHttp(cluster)
  undo.push(() => kube.close())
  const kubeconfigPath = join(folder, 'kubeconfig')
  await writeFile(kubeconfigPath, cluster.kubeconfig, { mode: 0o600 })
  await installProduct(kube, { devicePlugin: options.devicePlugin ?? true })
  const settings = await controllerSettings({ folder, kubeconfigPath, azure, kube })
  const processes: NodeProcess[] = []
  undo.push(() => Promise.all(processes.map((process) => process.stop())))
  return {
    folder,
    kubeconfigPath,
    cluster,
    azure,
    kube,
    start(controller, env = {}) {
      const process = new NodeProcess({
        name: controller,
        script: `packages/${controller}/src/main.ts`,
        env: { ...settings[controller], ...env },
        logFile: join(folder, `${controller}.log`),
      })
      processes.push(process)
      return process
    },
  }
}

/** What a controller must be told to find its cluster in Azure. */
type AzureIdentity = Record<
  'subscriptionId' | 'resourceGroup' | 'cluster' | 'location' | 'tenantId' | 'clientId',
  string
>

interface Parts {
  folder: string
  kubeconfigPath: string
  azure: { url: string; ca: string; settings(): AzureIdentity }
  kube: KubeHttp
}

/** Environment of each controller, as its chart and the workload identity webhook would set it. */
export async function controllerSettings({ folder, kubeconfigPath, azure, kube }: Parts) {
  const caFile = join(folder, 'azure-ca.pem')
  const tokenFile = join(folder, 'azure-identity-token')
  await writeFile(caFile, azure.ca)
  await writeFile(tokenFile, await federatedToken(kube), { mode: 0o600 })
  const { subscriptionId, resourceGroup, cluster, location, tenantId, clientId } = azure.settings()
  const common = { KUBECONFIG: kubeconfigPath, METRICS_PORT: '0', HEALTH_PROBE_PORT: '0' }
  return {
    'workspace-controller': common,
    'gpu-provisioner': {
      ...common,
      ARM_SUBSCRIPTION_ID: subscriptionId,
      ARM_RESOURCE_GROUP: resourceGroup,
      AZURE_CLUSTER_NAME: cluster,
      LOCATION: location,
      ARM_ENDPOINT: azure.url,
      AZURE_AUTHORITY_HOST: azure.url,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
      NODE_EXTRA_CA_CERTS: caFile,
    },
  } satisfies Record<Controller, Record<string, string>>
}

const tokenSchema = z.object({ status: z.object({ token: z.string() }) })

/** A token of the gpu-provisioner's ServiceAccount for Azure, as the kubelet projects it into the Pod. */
async function federatedToken(kube: KubeHttp): Promise<string> {
  const accounts = '/api/v1/namespaces/gpu-provisioner/serviceaccounts'
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'gpu-provisioner' } }
  await kube.ask(accounts, { method: 'POST', body: account })
  const answer = await kube.ask(`${accounts}/gpu-provisioner/token`, {
    method: 'POST',
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['api://AzureADTokenExchange'], expirationSeconds: 3600 },
    },
  })
  return tokenSchema.parse(JSON.parse(answer.text)).status.token
}
