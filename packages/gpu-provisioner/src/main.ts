import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createAzureCloud, createCredential } from '@kaito/cloud-azure'
import {
  createConnection,
  createEventRecorder,
  createKubeClient,
  createLogger,
  createMetrics,
  runControllers,
  runProcess,
  systemClock,
} from '@kaito/controller-kit'
import { createCaches } from './caches.ts'
import { readConfig } from './config.ts'
import { createControllers } from './controllers.ts'
import { checkServedMachines } from './served-machines.ts'

const NAME = 'gpu-provisioner'

const config = readConfig()
const clock = systemClock
const random = Math.random
const log = createLogger({ name: NAME, level: config.logLevel })
const metrics = createMetrics()

await runProcess({ start, log, clock })

async function start(signal: AbortSignal): Promise<void> {
  const connection = createConnection({ kubeConfigPath: config.kubeconfig, userAgent: NAME, clock, metrics })
  const client = createKubeClient(connection)
  await checkServedMachines(client, log, signal)
  const caches = createCaches({ connection, clock, random, log, metrics })
  const events = createEventRecorder({ client, component: NAME, clock, random, log })
  const cloud = createAzureCloud({
    ...config.azure,
    credential: createCredential(config.credential),
    clock,
    random,
    log,
  })
  const { namespace } = config.leaderElection
  const settings = config.lifecycle
  await runControllers(
    {
      ...createControllers({ client, caches, cloud, settings, namespace, events, clock, random, log, metrics }),
      ...config,
      identity: `${hostname()}_${randomUUID()}`,
      client,
      caches: Object.values(caches),
      log,
      clock,
      metrics,
      onLost: (reason) => {
        log.fatal({ reason }, 'no longer leading')
        process.exit(1)
      },
    },
    signal,
  )
  await connection.close()
}
