import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import { z } from 'zod'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'
import type { Controller } from '../harness/cluster-under-test.ts'
import { controllerSettings } from '../harness/controller-settings.ts'
import { KubeHttp } from '../harness/kube-http.ts'
import { processorMs } from './measured-controller.ts'
import { type Moment, momentSchema } from './moments.ts'

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
})
const momentsUrlSchema = z.object({ momentsUrl: z.string() })
const azureReadySchema = z.object({ url: z.string(), caFile: z.string() })
const recordSchema = z.object({ at: z.string(), method: z.string(), path: z.string(), status: z.number().optional() })
const requestsSchema = z.object({ requests: z.array(recordSchema) })

export type ArmRequest = z.infer<typeof recordSchema>

/** API server and Azure as processes of their own, so that neither measures the other's event loop. */
export interface Engines {
  folder: string
  kube: KubeHttp
  azure: { requests(): Promise<ArmRequest[]>; clearRequests(): Promise<void> }
  /** The answer gives what the API server has noted from now on. */
  momentsFromNow(): Promise<() => Promise<Moment[]>>
  /** Processor time of the API server, with the kubelets and the built-in controllers in its process, in milliseconds. */
  serverMs(): Promise<number>
  /** Environment of each controller. */
  settings: Record<Controller, Record<string, string>>
  stop(): Promise<void>
}

/** Starts both, with the emulator's settings as its flags name them. */
export async function startEngines(azureSettings: Record<string, string | number | boolean>): Promise<Engines> {
  const azureArgs = Object.entries(azureSettings).map(([name, value]) => `--${name}=${value}`)
  const folder = await mkdtemp(join(tmpdir(), 'kaito-bench-'))
  const kubeconfigPath = join(folder, 'kubeconfig')
  const cluster = new NodeProcess({
    name: 'api-server',
    script: 'test/bench/api-server.ts',
    args: [kubeconfigPath],
    logFile: join(folder, 'api-server.log'),
  })
  const { momentsUrl } = await cluster.line((line) => momentsUrlSchema.safeParse(jsonLine(line)).data)
  const kube = kubeFrom(await readFile(kubeconfigPath, 'utf8'))
  const azure = new NodeProcess({
    name: 'azure-emulator',
    script: 'packages/azure-emulator/src/main.ts',
    args: ['--kubeconfig', kubeconfigPath, '--ca-file', join(folder, 'emulator-ca.pem'), ...azureArgs],
    logFile: join(folder, 'azure-emulator.log'),
  })
  const { url, caFile } = await azure.line((line) => azureReadySchema.safeParse(jsonLine(line)).data)
  const ca = await readFile(caFile, 'utf8')
  const control = azureControl(url, ca)
  const identity = await control.identity()
  const settings = await controllerSettings({ folder, kubeconfigPath, kube, azure: { url, caFile, identity } })
  return {
    folder,
    kube,
    azure: control,
    momentsFromNow: async () => {
      const earlier = (await momentsAt(momentsUrl)).length
      return async () => (await momentsAt(momentsUrl)).slice(earlier)
    },
    serverMs: () => processorMs(cluster.pid),
    settings,
    async stop() {
      await Promise.all([azure.stop(), cluster.stop()])
      await Promise.all([kube.close(), control.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function momentsAt(url: string): Promise<Moment[]> {
  return z.array(momentSchema).parse(await (await request(url)).body.json())
}

function kubeFrom(kubeconfig: string): KubeHttp {
  const { clusters, users } = kubeconfigSchema.parse(parse(kubeconfig))
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  return new KubeHttp({ url: server, caPem: Buffer.from(ca, 'base64').toString(), token: users[0].user.token })
}

const identitySchema = z.object({
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  cluster: z.string(),
  location: z.string(),
  tenantId: z.string(),
  clientId: z.string(),
})

function azureControl(url: string, ca: string) {
  const dispatcher = new Agent({ connect: { ca } })
  const ask = async (method: 'GET' | 'DELETE', path: string) => {
    const answer = await request(`${url}/_emulator/${path}`, { method, dispatcher })
    return answer.body.text()
  }
  return {
    identity: async () => identitySchema.parse(JSON.parse(await ask('GET', 'settings'))),
    requests: async () => requestsSchema.parse(JSON.parse(await ask('GET', 'requests'))).requests,
    async clearRequests() {
      await ask('DELETE', 'requests')
    },
    close: () => dispatcher.close(),
  }
}
