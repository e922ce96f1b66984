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
import { NODE_PROVISIONERS } from '@kaito/node-provisioner'
import { createCaches } from './caches.ts'
import { readConfig } from './config.ts'
import { createControllers } from './controllers.ts'
import { neededKinds } from './needed-kinds.ts'
import { reservedNodes } from './workspace/reserved-nodes.ts'

const NAME = 'workspace-controller'

const config = settingsOrExit(NAME, readConfig)
const clock = systemClock
const log = createLogger({ name: NAME, level: config.logLevel })
const metrics = createMetrics()

await runProcess({ start, log, clock })

async function start(signal: AbortSignal): Promise<void> {
  const shared = { clock, random: Math.random, log, metrics }
  const { nodes, workspace: settings } = config
  const connection = createConnection({ ...shared, kubeConfigPath: config.kubeconfig, userAgent: NAME })
  const client = createKubeClient(connection)
  const caches = createCaches({ ...shared, connection })
  const served = createServedKinds({ client, clock, log, kinds: neededKinds(nodes) })
  const events = createEventRecorder({ ...shared, client, component: NAME })
  const provisioner = NODE_PROVISIONERS[nodes.provisioner]({
    ...{ ...nodes, ...caches, client, clock },
    kindFault: served.fault,
    reservations: reservedNodes(client),
  })
  await runControllers(
    {
      ...shared,
      ...config,
      client,
      caches: Object.values(caches),
      served,
      rivals: { ...otherKaito('workspace'), events },
      controllers: createControllers({ ...shared, client, caches, provisioner, settings, events }),
      onLost: (reason) => {
        log.fatal({ reason }, 'no longer leading')
        process.exit(1)
      },
    },
    signal,
  )
  connection.close()
}
