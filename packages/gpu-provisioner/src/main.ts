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
const log = createLogger({ name: NAME, level: config.logLevel })
const metrics = createMetrics()

await runProcess({ start, log, clock })

async function start(signal: AbortSignal): Promise<void> {
  const shared = { clock, random: Math.random, log, metrics }
  const connection = createConnection({ ...shared, kubeConfigPath: config.kubeconfig, userAgent: NAME })
  const client = createKubeClient(connection)
  await checkServedMachines(client, log, signal)
  const caches = createCaches({ ...shared, connection })
  const events = createEventRecorder({ ...shared, client, component: NAME })
  const cloud = createAzureCloud({ ...shared, ...config.azure, credential: createCredential(config.credential) })
  const { namespace } = config.leaderElection
  await runControllers(
    {
      ...shared,
      ...config,
      ...createControllers({ ...shared, client, caches, cloud, events, namespace, settings: config.lifecycle }),
      client,
      caches: Object.values(caches),
      onLost: (reason) => {
        log.fatal({ reason }, 'no longer leading')
        process.exit(1)
      },
    },
    signal,
  )
  connection.close()
}
