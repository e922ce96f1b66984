import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AzureEmulator, startAzureEmulator } from '@kaito/azure-emulator'
import { z } from 'zod'
import { NodeProcess } from './child-process.ts'
import type { ClusterUnderTest, Controller, TestBedOptions } from './cluster-under-test.ts'
import { azureAccess } from './controller-settings.ts'
import { startEmbeddedCluster } from './embedded-cluster.ts'
import { KubeHttp } from './kube-http.ts'
import type { NodesChoice } from './nodes-choice.ts'
import { takeRealCluster } from './real-cluster.ts'
import { type Supplies, startSupplies } from './supplies/supplies.ts'

/** A cluster and an emulated Azure, with the product installed. */
export interface TestBed {
  folder: string
  kubeconfigPath: string
  cluster: ClusterUnderTest
  azure: AzureEmulator
  kube: KubeHttp
  /** With the option `registry`. */
  supplies: Supplies | undefined
  /** Where nodes come from for controllers that are started from now on. */
  chooseNodes(nodes: NodesChoice): Promise<void>
  /** Starts a controller as a process of its own; it ends with the test bed at the latest. */
  start(controller: Controller, env?: Record<string, string>): NodeProcess
  stop(): Promise<void>
}

const roleSchema = z.object({ Actions: z.array(z.string()) })

const ROLES = ['azure-gpu-provisioner', 'azure-gpu-provisioner-quota'] as const

/** What the documented roles let the gpu-provisioner do in Azure, and no more; both unless said otherwise. */
export function roleActions(roles: readonly (typeof ROLES)[number][] = ROLES): string[] {
  return roles.flatMap((role) => {
    const path = new URL(`../../deploy/roles/${role}.json`, import.meta.url)
    return roleSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).Actions
  })
}

/** The embedded cluster, or a real control plane where the environment says CLUSTER=real. */
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
  const startCluster = process.env.CLUSTER === 'real' ? takeRealCluster : startEmbeddedCluster
  const supplies = options.registry ? await startSupplies(folder) : undefined
  undo.push(async () => supplies?.stop())
  const cluster = await startCluster({ ...options, folder, ...(supplies && { simulation: supplies.simulation }) })
  undo.push(() => cluster.stop())
  const { kubeconfig } = cluster
  const azure = await startAzureEmulator({ nodes: { kubeconfig }, allowedActions: roleActions(), ...options.azure })
  undo.push(() => azure.stop())
  const kube = new KubeHttp(cluster)
  undo.push(() => kube.close())
  const kubeconfigPath = join(folder, 'kubeconfig')
  await writeFile(kubeconfigPath, cluster.kubeconfig, { mode: 0o600 })
  const access = await azureAccess(azure, folder)
  let controllers = await cluster.controllers(access)
  const processes: NodeProcess[] = []
  undo.push(() => Promise.all(processes.map((process) => process.stop())))
  return {
    folder,
    kubeconfigPath,
    cluster,
    azure,
    kube,
    supplies,
    async chooseNodes(nodes) {
      await cluster.chooseNodes(nodes)
      controllers = await cluster.controllers(access)
    },
    start(controller, env = {}) {
      const given = controllers[controller]
      const supplied = controller === 'workspace-controller' ? supplies?.controllerEnv : {}
      const process = new NodeProcess({
        ...given,
        name: controller,
        env: { ...given.env, ...supplied, ...env },
        logFile: join(folder, `${controller}.log`),
      })
      processes.push(process)
      return process
    },
  }
}
