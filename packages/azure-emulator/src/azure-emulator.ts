import { randomUUID } from 'node:crypto'
import { withDefaults } from './agent-pools/defaults.ts'
import { addMachines } from './agent-pools/machines.ts'
import type { Pool } from './agent-pools/pool.ts'
import { publishPool } from './agent-pools/pool-body.ts'
import { createPoolViews } from './agent-pools/pool-views.ts'
import { createFrontDoor } from './arm/front-door.ts'
import { createLedger } from './billing/ledger.ts'
import { type Clock, realClock } from './clock/clock.ts'
import { ownedTimers } from './clock/owned-timers.ts'
import type { Cloud } from './cloud.ts'
import { findVmSize } from './compute/vm-sizes.ts'
import { createControlEndpoint } from './control/control-endpoint.ts'
import { type Controls, createControls } from './control/controls.ts'
import { createRequestLog } from './control/request-log.ts'
import { createEntra } from './entra/token-endpoint.ts'
import { createTokenStore } from './entra/token-store.ts'
import { createFaultInjector } from './faults/fault-injector.ts'
import { createServerCertificate } from './http/certificates.ts'
import type { HttpOutcome, HttpRequest } from './http/exchange.ts'
import { serveHttps } from './http/https-server.ts'
import { parseKubeconfig } from './nodes/kubeconfig.ts'
import { kubernetesNodes } from './nodes/kubernetes-nodes.ts'
import { type NodeRegistry, noNodes } from './nodes/node-registry.ts'
import { type SettingsInput, settingsSchema } from './settings.ts'

export interface EmulatorOptions extends SettingsInput {
  /** Absent: the machine's clock. A virtual one is advanced by the caller. */
  clock?: Clock
  /** Where the machines register: text of a kubeconfig, or a registry of the caller's. Absent: nowhere. */
  nodes?: { kubeconfig: string } | NodeRegistry
  /** Makes the UUIDs of operations, ETags and machines; absent: random ones. */
  newId?: () => string
  /** Told what the emulator repeats or gives up; silent when absent. */
  onProblem?: (problem: string) => void
}

/** The emulator without a socket: for simulations in one process. */
export interface EmulatorCore extends Controls {
  handle(request: HttpRequest): Promise<HttpOutcome>
  close(): Promise<void>
}

export function createAzureEmulator(options: EmulatorOptions = {}): EmulatorCore {
  const { clock: given = realClock(), newId = randomUUID, nodes, onProblem, ...rest } = options
  const { clock, cancelAll } = ownedTimers(given)
  const registry = nodeRegistry(nodes, onProblem)
  const cloud = createCloud({ settings: settingsSchema.parse(rest), clock, newId, nodes: registry })
  const tokens = createTokenStore(cloud)
  const faults = createFaultInjector(clock)
  const requests = createRequestLog(clock)
  const controls = createControls({ cloud, tokens, faults, requests })
  const control = createControlEndpoint(controls)
  const entra = createEntra(cloud, tokens)
  const frontDoor = createFrontDoor(cloud, tokens)
  return {
    ...controls,
    async handle(request) {
      const answer = control(request)
      if (answer) return { do: 'answer', ...answer }
      const outcome = await faults.through(request, () => entra(request) ?? frontDoor(request))
      requests.add(request, outcome)
      return outcome
    },
    async close() {
      cancelAll()
      await registry.close?.()
    },
  }
}

function nodeRegistry(nodes: EmulatorOptions['nodes'], onProblem: EmulatorOptions['onProblem']): NodeRegistry {
  if (!nodes) return noNodes
  if (!('kubeconfig' in nodes)) return nodes
  return kubernetesNodes({ connection: parseKubeconfig(nodes.kubeconfig), ...(onProblem && { onProblem }) })
}

function createCloud(given: Pick<Cloud, 'settings' | 'clock' | 'newId' | 'nodes'>): Cloud {
  const { clock, newId } = given
  const cloud: Cloud = {
    ...given,
    ledger: createLedger(clock),
    pools: new Map(),
    operations: new Map(),
    poolFaults: [],
    views: createPoolViews(
      () => clock.now(),
      () => cloud.settings.readLagSeconds * 1000,
    ),
    cluster: {
      powerState: 'Running',
      operation: undefined,
      cancelTimer: () => undefined,
      etag: newId(),
      uid: newId(),
      exists: true,
      lastAddress: RESERVED_ADDRESSES,
    },
  }
  addSystemPool(cloud)
  return cloud
}

// Azure keeps the first addresses of every subnet for itself.
const RESERVED_ADDRESSES = 3
const SYSTEM_SIZE = 'Standard_D4s_v5'

/** Every AKS cluster starts with a pool for its own workloads. */
function addSystemPool(cloud: Cloud): void {
  const size = findVmSize(SYSTEM_SIZE)
  if (!size) throw new Error(`Unknown VM size ${SYSTEM_SIZE}`)
  const pool: Pool = {
    name: 'nodepool1',
    properties: withDefaults({ vmSize: SYSTEM_SIZE, mode: 'System' }, size, cloud.settings),
    etag: cloud.newId(),
    provisioningState: 'Succeeded',
    provisioningError: undefined,
    powerState: 'Running',
    operation: undefined,
    machines: [],
    nextMachineId: 0,
    fault: undefined,
    builtIn: true,
  }
  cloud.pools.set(pool.name, pool)
  addMachines(cloud, pool, { zone: undefined, joinSeconds: 0 })
  publishPool(cloud, pool)
}

export interface AzureEmulator extends Controls {
  /** Base of both endpoints: of Azure Resource Manager and, as authority, of Entra ID. */
  url: string
  /** PEM of the certificate authority to trust. */
  ca: string
  stop(): Promise<void>
}

/** Serves the emulator over https on this machine; port 0 picks a free one. */
export async function startAzureEmulator(
  options: EmulatorOptions & { host?: string; port?: number } = {},
): Promise<AzureEmulator> {
  const { host = '127.0.0.1', port = 0, ...rest } = options
  const certificate = await createServerCertificate([...new Set([host, '127.0.0.1', 'localhost', '::1'])])
  const { handle, close, ...controls } = createAzureEmulator(rest)
  const onError = (error: unknown) =>
    rest.onProblem?.(`The emulator failed: ${error instanceof Error ? error.stack : error}`)
  const server = await serveHttps({ host, port, certificate, handle, onError })
  return {
    ...controls,
    url: server.url,
    ca: certificate.ca,
    async stop() {
      await server.close()
      await close()
    },
  }
}
