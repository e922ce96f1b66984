import { otherKaito } from '@kaito/api'
import { AGENT_POOL_CLASSES } from '@kaito/claim-lifecycle'
import { createAzureCloud, createCredential } from '@kaito/cloud-azure'
import {
  createConnection,
  createEventRecorder,
  createKubeClient,
  createLogger,
  createMetrics,
  createServedKinds,
  runControllers,
  runProcess,
  settingsOrExit,
  systemClock,
} from '@kaito/controller-kit'
import { createAzureMetrics } from './azure-metrics.ts'
import { createCaches } from './caches.ts'
import { readConfig } from './config.ts'
import { createControllers } from './controllers.ts'
import { neededKinds } from './needed-kinds.ts'

const NAME = 'gpu-provisioner'

const config = settingsOrExit(NAME, readConfig)
const clock = systemClock
const log = createLogger({ name: NAME, level: config.logLevel })
const metrics = createMetrics()

await runProcess({ start, log, clock })

async function start(signal: AbortSignal): Promise<void> {
  const shared = { clock, random: Math.random, log, metrics }
  const connection = createConnection({ ...shared, kubeConfigPath: config.kubeconfig, userAgent: NAME })
  const client = createKubeClient(connection)
  const caches = createCaches({ ...shared, connection }, config.serve)
  const served = createServedKinds({ client, clock, log, kinds: neededKinds(config.serve) })
  const hasClasses = () => !served.isAbsent(AGENT_POOL_CLASSES)
  const events = createEventRecorder({ ...shared, client, component: NAME })
  const credential = createCredential(config.credential)
  const cloud = createAzureCloud({ ...shared, ...config.azure, ...createAzureMetrics(metrics), credential })
  const { pod, leaderElection, lifecycle: settings } = config
  const { namespace } = leaderElection
  await runControllers(
    {
      ...shared,
      ...config,
      ...createControllers({ ...shared, client, caches, cloud, events, hasClasses, namespace, pod, settings }),
      client,
      caches: Object.values(caches).filter((cache) => cache !== undefined),
      served,
      rivals: { ...otherKaito('gpu-provisioner'), events },
      onLost: (reason) => {
        log.fatal({ reason }, 'no longer leading')
        process.exit(1)
      },
    },
    signal,
  )
  connection.close()
}
