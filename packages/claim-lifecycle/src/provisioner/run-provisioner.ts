import type { CloudProvider } from '@kaito/cloud-provider'
import {
  type Cache,
  type Clock,
  type Controller,
  createConnection,
  createEventRecorder,
  createKubeClient,
  createLogger,
  createMetrics,
  createServedKinds,
  type EventRecorder,
  type KubeClient,
  type Logger,
  type Metrics,
  type Node,
  runControllers,
  runProcess,
  systemClock,
} from '@kaito/controller-kit'
import { AGENT_POOL_CLASSES } from '../class/class-source.ts'
import { createCaches } from './caches.ts'
import { createControllers } from './controllers.ts'
import { neededKinds } from './needed-kinds.ts'
import type { Provisioner } from './provisioner.ts'
import type { ProvisionerSettings } from './provisioner-settings.ts'

/** What the process gives to the cloud that it is started with. */
export interface CloudSurroundings {
  client: KubeClient
  /** The Nodes of the cluster, followed anyway. */
  nodes: Cache<Node>
  events: EventRecorder
  clock: Clock
  /** From 0 up to 1. */
  random: () => number
  log: Logger
  metrics: Metrics
}

/** A cloud, and what it must do by itself where it is no service that does. */
interface CloudParts {
  cloud: CloudProvider
  /** Run while this process leads. */
  controllers?: Controller[]
}

interface ProvisionerOptions {
  provisioner: Provisioner
  settings: ProvisionerSettings
  /** Called once, at the start; nothing is to be asked of the cloud by that. */
  createCloud: (surroundings: CloudSurroundings) => CloudParts
}

/** The whole process of a provisioner, from its start to its exit. */
export async function runProvisioner(options: ProvisionerOptions): Promise<void> {
  const log = createLogger({ name: options.provisioner.name, level: options.settings.logLevel })
  await runProcess({ start: (signal) => serve({ ...options, log }, signal), log, clock: systemClock })
}

async function serve(options: ProvisionerOptions & { log: Logger }, signal: AbortSignal): Promise<void> {
  const { provisioner, settings: config, createCloud, log } = options
  const { name, rivals } = provisioner
  const shared = { clock: systemClock, random: Math.random, log, metrics: createMetrics() }
  const connection = createConnection({ ...shared, kubeConfigPath: config.kubeconfig, userAgent: name })
  const client = createKubeClient(connection)
  const caches = createCaches({ ...shared, connection, classes: provisioner.classes, serve: config.serve })
  const served = createServedKinds({ ...shared, client, kinds: neededKinds(provisioner, config.serve) })
  const events = createEventRecorder({ ...shared, client, component: name })
  const { cloud, controllers = [] } = createCloud({ ...shared, client, nodes: caches.nodes, events })
  const { pod, leaderElection, lifecycle: settings } = config
  const { namespace } = leaderElection
  const hasClasses = () => !served.isAbsent(AGENT_POOL_CLASSES)
  const around = { ...shared, client, caches, cloud, events, hasClasses, namespace, pod, provisioner, settings }
  const work = createControllers(around)
  await runControllers(
    {
      ...shared,
      ...config,
      ...work,
      controllers: [...work.controllers, ...controllers],
      client,
      caches: Object.values(caches).filter((cache) => cache !== undefined),
      served,
      ...(rivals && { rivals: { ...rivals, events } }),
      onLost: (reason) => {
        log.fatal({ reason }, 'no longer leading')
        process.exit(1)
      },
    },
    signal,
  )
  connection.close()
}
