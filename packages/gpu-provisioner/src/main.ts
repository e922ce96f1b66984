import { otherKaito } from '@kaito/api'
import { createAzureCloud, createCredential } from '@kaito/cloud-azure'
import {
  createConnection,
  createEventRecorder,
  createKubeClient,
  createLogger,
  createMetrics,
  runControllers,
  runProcess,
  settingsOrExit,
  systemClock,
} from '@kaito/controller-kit'
import { createCaches } from './caches.ts'
import { readConfig } from './config.ts'
import { createControllers } from './controllers.ts'
import { NEEDED_KINDS } from './needed-kinds.ts'

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
  const caches = createCaches({ ...shared, connection })
  const events = createEventRecorder({ ...shared, client, component: NAME })
  const cloud = createAzureCloud({ ...shared, ...config.azure, credential: createCredential(config.credential) })
  const { pod, leaderElection, lifecycle: settings } = config
  const { namespace } = leaderElection
  await runControllers(
    {
      ...shared,
      ...config,
      ...createControllers({ ...shared, client, caches, cloud, events, namespace, pod, settings }),
      client,
      caches: Object.values(caches),
      kinds: NEEDED_KINDS,
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
