import { customResourceDefinitions } from '@kaito/api'
import { createAzureEmulator, type EmulatorCore, type EmulatorOptions } from '@kaito/azure-emulator'
import { type ClusterAccess, createLocalCluster, type KindRef, type KubeObject } from '@kaito/local-cluster'
import type { LifecycleSettings } from '../../packages/claim-lifecycle/src/index.ts'
import { type History, recordHistory } from './history.ts'
import type { Life } from './life.ts'
import { type MachineHabits, simulateNodes } from './node-simulator.ts'
import { createProcessLog, type ProcessLog } from './process-log.ts'
import { CANARY, NAMESPACE, startProvisioner } from './provisioner.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'
import { createWeather, type Weather } from './weather.ts'
import type { CrashPlan, Fate, WireCall, WireTap } from './wire.ts'

export interface WorldOptions {
  kind: KindRef
  settings: LifecycleSettings
  azure: Pick<EmulatorOptions, 'createSeconds' | 'deleteSeconds' | 'readLagSeconds' | 'throttling'> &
    Pick<EmulatorOptions, 'parallelPoolOperations' | 'nodeJoinSeconds' | 'maxAgentPools' | 'quotas' | 'capacities'>
  habits: MachineHabits
  /** Changes of one kind that a watch can at least be resumed from. */
  historyLimit: number
  /** From 0 up to 1. */
  random: () => number
  fateOf: (call: WireCall) => Fate
  crash: CrashPlan
  keepsLimits: boolean
  tap: WireTap
}

/** A cluster, an Azure and what runs in them, in one process on one virtual time. */
export interface World {
  time: VirtualTime
  access: ClusterAccess
  azure: EmulatorCore
  history: History
  weather: Weather
  log: ProcessLog
  /** Processes that have not died, oldest first. */
  living(): Life[]
  startProcess(): Life
  onDeath(listener: (life: Life) => void): void
  /** Ends everything that would go on by itself. */
  end(): Promise<void>
}

export const START_MS = Date.UTC(2030, 0, 1)
const DEFINITIONS: KindRef = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
const NAMESPACES: KindRef = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }

export async function createWorld(options: WorldOptions): Promise<World> {
  const time = createVirtualTime(START_MS)
  const ending = new AbortController()
  const { cluster, history, azure } = await createSurroundings(options, time, ending.signal)
  const weather = createWeather(time)
  const log = createProcessLog(time)
  const processes = new Set<Life>()
  const mourners: ((life: Life) => void)[] = []
  let started = 0

  function startProcess(): Life {
    started += 1
    const name = `p${started}`
    const { settings, random, keepsLimits, fateOf, crash, tap } = options
    const wire = { time, fateOf, crash, tap }
    const shared = { name, wire, weather, cluster, azure, settings, random, keepsLimits }
    const life = startProvisioner({ ...shared, log: log.of(name) })
    processes.add(life)
    life.onDeath(() => {
      processes.delete(life)
      for (const mourner of mourners) mourner(life)
    })
    return life
  }

  return {
    time,
    access: cluster.access,
    azure,
    history,
    weather,
    log,
    living: () => [...processes],
    startProcess,
    onDeath: (listener) => void mourners.push(listener),
    async end() {
      ending.abort()
      mourners.splice(0)
      for (const life of processes) life.kill()
      await azure.close()
    },
  }
}

/** The cluster and the Azure around the processes, without any claim. */
async function createSurroundings(options: WorldOptions, time: VirtualTime, signal: AbortSignal) {
  const draw = createDrawing()
  const cluster = createLocalCluster({
    clock: time,
    historyLimit: options.historyLimit,
    drawn: { newUid: () => draw.uuid(), nameSuffix: () => draw.letters() },
    log: (line, facts) => {
      throw new Error(`the embedded API server failed: ${line}`, { cause: facts })
    },
  })
  const { access } = cluster
  for (const definition of NEEDED_DEFINITIONS) await access.create(DEFINITIONS, definition)
  await access.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  const history = recordHistory(access, options.kind, signal)
  const azure = createAzureEmulator({
    ...options.azure,
    clock: { now: time.now, wallNow: time.now, after: time.after },
    nodes: simulateNodes({ access, history, time, habits: options.habits }),
    newId: () => draw.uuid(),
    staticTokens: [CANARY],
  })
  return { cluster, history, azure }
}

const NEEDED_FILES = ['karpenter.sh_machines.yaml', 'karpenter.sh_nodeclaims.yaml', 'kaito.sh_agentpoolclasses.yaml']
/** Made once: they take longer than the rest of a world. */
const NEEDED_DEFINITIONS = Object.entries(customResourceDefinitions())
  .filter(([file]) => NEEDED_FILES.includes(file))
  .map(([, definition]) => definition as KubeObject)

/** What would be drawn by chance is counted: two runs of one seed are the same to the letter. */
function createDrawing() {
  let drawn = 0
  return {
    uuid(): string {
      drawn += 1
      return `00000000-0000-4000-8000-${drawn.toString(16).padStart(12, '0')}`
    },
    letters(): string {
      drawn += 1
      return drawn.toString(36).padStart(5, '0').slice(-5)
    },
  }
}
