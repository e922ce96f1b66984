import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServerCertificate } from './certificates/certificate-authority.ts'
import { kubeconfig } from './certificates/kubeconfig.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { type ClusterClock, systemClusterClock } from './cluster-clock.ts'
import { startClusterControllers } from './controllers/cluster-controllers.ts'
import { type ContainerSimulation, startKubelet } from './kubelet/kubelet.ts'
import type { KubeletTimings } from './kubelet/kubelet-timings.ts'
import { createEmbeddedAccess } from './resources/embedded-access.ts'
import { servedKinds } from './served-kinds.ts'
import { createApiContext } from './server/api-context.ts'
import { createApiServer, type Log } from './server/api-server.ts'
import { createInProcessServer, type SendInProcess } from './server/in-process.ts'

export interface LocalClusterOptions {
  /** Port on loopback; 0, the default, takes a free one. */
  port?: number
  clock?: ClusterClock
  /** The administrator's bearer token; random by default. */
  token?: string
  /** Runs the controllers that a cluster brings with it; default true. */
  controllers?: boolean
  /** Runs the simulated kubelet, with other timings if given; default true. */
  kubelet?: boolean | Partial<KubeletTimings>
  /** What the containers of the simulated kubelet are made of. */
  simulation?: ContainerSimulation
  /** How many changes of one kind a watch can at least be resumed from. */
  historyLimit?: number
  /** How a watch of lost history is refused: in its stream (default) or by HTTP status 410. */
  goneWatch?: 'event' | 'response'
  /** Told of requests that failed by a fault of this server, and what the simulation logs. */
  log?: Log
}

/** The server without its sockets, for code in this process. */
interface InProcessCluster {
  access: ClusterAccess
  /** Any request of the API, as the administrator unless it brings another token. */
  send: SendInProcess
}

/** What a server draws by chance; simulations hand in what repeats itself. */
interface Drawn {
  newUid: () => string
  /** Five characters for `generateName`. */
  nameSuffix: () => string
}

/**
 * The embedded API server in this process: no sockets, no controllers, no kubelet, and nothing that does not follow
 * from the requests, the clock and what `drawn` makes.
 */
export function createLocalCluster(
  options: Pick<LocalClusterOptions, 'clock' | 'historyLimit' | 'goneWatch' | 'log'> & { drawn?: Drawn } = {},
): InProcessCluster {
  const { context, listener } = createServed({ token: IN_PROCESS_TOKEN, ...options })
  return {
    access: createEmbeddedAccess(context.engine),
    send: createInProcessServer(listener, IN_PROCESS_TOKEN),
  }
}

/** Nobody outside of the process can send it. */
const IN_PROCESS_TOKEN = 'in-process'

function createServed(options: LocalClusterOptions & { token: string; drawn?: Drawn }) {
  const { clock = systemClusterClock, log = () => undefined, drawn = { newUid: randomUUID, nameSuffix } } = options
  const context = createApiContext({
    kinds: servedKinds(clock),
    clock,
    token: options.token,
    historyLimit: options.historyLimit ?? 10_000,
    goneWatch: options.goneWatch ?? 'event',
    ...drawn,
  })
  return { context, listener: createApiServer(context, log) }
}

export interface LocalCluster {
  url: string
  caPem: string
  token: string
  /** Text of a kubeconfig file. */
  kubeconfig: string
  /** The server without its sockets, for code in this process. */
  access: ClusterAccess
  stop(): Promise<void>
}

/** Starts an embedded Kubernetes API server, and unless told otherwise its controllers and simulated kubelet. */
export async function startLocalCluster(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const { port = 0, clock = systemClusterClock, log = () => undefined } = options
  const token = options.token ?? randomBytes(24).toString('base64url')
  const { caPem, certPem, keyPem } = await createServerCertificate()
  const { context, listener } = createServed({ ...options, token })
  const server = createServer({ cert: certPem, key: keyPem, keepAliveTimeout: 65_000 }, listener)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const access = createEmbeddedAccess(context.engine)
  const stopping = new AbortController()
  const { signal } = stopping
  if (options.controllers ?? true) startClusterControllers({ access, signal, clock, log })
  const { kubelet = true, simulation } = options
  const timings = typeof kubelet === 'object' ? kubelet : {}
  const running =
    kubelet === false ? undefined : await startKubelet({ ...simulation, access, signal, clock, log, timings })
  return {
    url,
    caPem,
    token,
    kubeconfig: kubeconfig({ url, caPem, token }),
    access,
    async stop() {
      stopping.abort()
      await running?.stopped
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** As the real server draws them: without vowels and look-alikes. */
function nameSuffix(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789'
  return [...randomBytes(5)].map((byte) => letters[byte % letters.length]).join('')
}
