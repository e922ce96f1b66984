import { createAzureCloud } from '@kaito/cloud-azure'
import {
  createCaches,
  createControllers,
  DEFAULT_SETTINGS,
  type LifecycleSettings,
} from '../../packages/claim-lifecycle/src/index.ts'
import {
  createEventRecorder,
  createKubeClient,
  createMetrics,
  type Logger,
} from '../../packages/controller-kit/src/index.ts'
import { connectionOver } from '../../packages/controller-kit/src/testing/index.ts'
import { GPU_PROVISIONER } from '../../packages/gpu-provisioner/src/gpu-provisioner.ts'
import { armClient } from './arm-wire.ts'
import { kubeSender, type WatchWeather } from './kube-wire.ts'
import { createLife, type Life } from './life.ts'
import type { Wire } from './wire.ts'

type ArmOptions = Parameters<typeof armClient>[0]
type KubeOptions = Parameters<typeof kubeSender>[0]

interface Options {
  name: string
  wire: Wire
  weather: WatchWeather
  cluster: KubeOptions['cluster']
  azure: ArmOptions['azure']
  settings: LifecycleSettings
  /** From 0 up to 1. */
  random: () => number
  log: Logger
  /** Keep to Azure's documented limits; otherwise everything is sent at once. */
  keepsLimits: boolean
}

/** Planted where secrets are; it must appear nowhere else. */
export const CANARY = 'canary-3f9c1d27-token'
export const NAMESPACE = 'gpu-provisioner'

const MINUTE_MS = 60_000

/** The product's settings with shorter deadlines, so that one run sees all of them pass. */
export const SETTINGS: LifecycleSettings = {
  ...DEFAULT_SETTINGS,
  launchDeadlineMs: 5 * MINUTE_MS,
  registrationDeadlineMs: 3 * MINUTE_MS,
  initializationDeadlineMs: 3 * MINUTE_MS,
  drainDeadlineMs: 3 * MINUTE_MS,
  unreachableDrainDeadlineMs: MINUTE_MS,
  refusalBackoff: { baseMs: 10_000, capMs: 2 * MINUTE_MS },
  garbageCollection: { ...DEFAULT_SETTINGS.garbageCollection, settleMs: 3 * MINUTE_MS },
}

/** Starts everything the binary runs but the lease: who leads, and how many believe they do, is the world's choice. */
export function startProvisioner(options: Options): Life {
  const { name, wire, weather, cluster, azure, settings, random, log } = options
  const life = createLife(name, wire.time)
  const { clock } = life
  const metrics = createMetrics()
  const shared = { clock, random, log, metrics }
  const connection = connectionOver(kubeSender({ cluster, life, wire, weather }), shared)
  const client = createKubeClient(connection)
  const caches = createCaches({
    ...shared,
    connection,
    classes: GPU_PROVISIONER.classes,
    serve: { machines: true, nodeClaims: true },
  })
  const events = createEventRecorder({ ...shared, client, component: 'gpu-provisioner' })
  const { subscriptionId, resourceGroup, cluster: clusterName, location } = azure.settings()
  const cloud = createAzureCloud({
    ...shared,
    subscriptionId,
    resourceGroup,
    clusterName,
    location,
    credential: { getToken: async () => ({ token: CANARY, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    httpClient: armClient({ azure, life, wire }),
    ...(!options.keepsLimits && { limits: 'off' as const }),
  })
  const built = createControllers({
    ...shared,
    provisioner: GPU_PROVISIONER,
    client,
    caches,
    cloud,
    events,
    settings,
    namespace: NAMESPACE,
    hasClasses: () => true,
    pod: undefined,
  })
  // Never aborted: a process that dies has no time to end well.
  const { signal } = new AbortController()
  for (const cache of Object.values(caches)) void cache?.run(signal)
  for (const run of built.background ?? []) void run(signal)
  for (const controller of built.controllers) void controller.run(signal)
  return life
}
