import { otherKaito } from '@kaito/api'
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
import { createMachineNodeProvisioner } from '@kaito/node-provisioner'
import { createCaches } from './caches.ts'
import { readConfig } from './config.ts'
import { createControllers } from './controllers.ts'
import { NEEDED_KINDS } from './needed-kinds.ts'
import { reservedNodes } from './workspace/reserved-nodes.ts'

const NAME = 'workspace-controller'

const config = settingsOrExit(NAME, readConfig)
const clock = systemClock
const random = Math.random
const log = createLogger({ name: NAME, level: config.logLevel })
const metrics = createMetrics()

await runProcess({ start, log, clock })

async function start(signal: AbortSignal): Promise<void> {
  const connection = createConnection({ kubeConfigPath: config.kubeconfig, userAgent: NAME, clock, metrics })
  const client = createKubeClient(connection)
  const caches = createCaches({ connection, clock, random, log, metrics })
  const { groupDeadlineMs } = config
  const reservations = reservedNodes(client)
  const provisioner = createMachineNodeProvisioner({ client, clock, ...caches, reservations, groupDeadlineMs })
  const events = createEventRecorder({ client, component: NAME, clock, random, log })
  const settings = config.workspace
  await runControllers(
    {
      ...config,
      client,
      caches: Object.values(caches),
      served: createServedKinds({ client, clock, log, kinds: NEEDED_KINDS }),
      rivals: { ...otherKaito('workspace'), events },
      controllers: createControllers({ client, caches, provisioner, settings, events, clock, random, log, metrics }),
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
  connection.close()
}
