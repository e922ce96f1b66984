import '../require-node-24.ts'
import { parseArgs } from 'node:util'
import { bundleController, CONTROLLERS, NODE_FLAGS } from '../../deploy/images/bundle.ts'
import { bareClientMs } from './bare-client.ts'
import { startEngines } from './engines.ts'
import { startMeasured } from './measured-controller.ts'
import { bundleFloors } from './memory-floor.ts'
import { bundleMB, packagingOf } from './packaging.ts'
import { type PackagingFigures, printReport } from './report.ts'
import { runLife } from './run.ts'

const USAGE = `pnpm bench [--workspaces 200] [--create-seconds 10] [--quiet-seconds 60] [--paced 20]
  --workspaces      how many at once
  --create-seconds  what the emulated Azure needs for an agent pool
  --quiet-seconds   how long nothing is asked for while all are ready; 0 leaves it out
  --paced           arrivals per second of the second run`

const { values } = parseArgs({
  options: {
    workspaces: { type: 'string', default: '200' },
    'create-seconds': { type: 'string', default: '10' },
    'quiet-seconds': { type: 'string', default: '60' },
    paced: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const workspaces = Number(values.workspaces)
const createSeconds = Number(values['create-seconds'])
const quietMs = Number(values['quiet-seconds']) * 1000
/** The node joins so long after the create ended, as in the measurements of what users run today. */
const JOIN_AFTER_SECONDS = 1
const cloudMs = (createSeconds + JOIN_AFTER_SECONDS) * 1000
const azureArgs = {
  'create-seconds': createSeconds,
  'node-join-seconds': -JOIN_AFTER_SECONDS,
  'delete-seconds': 1,
  'max-agent-pools': workspaces + 10,
  'page-size': 1000,
}

console.error('bundling the controllers, starting API server and Azure …')
const bundles = Object.fromEntries(
  await Promise.all(CONTROLLERS.map(async (name) => [name, await bundleController(name)] as const)),
)
const engines = await startEngines(Object.entries(azureArgs).map(([name, value]) => `--${name}=${value}`))
try {
  console.error('the bare client …')
  await bareClientMs(engines.kube, workspaces) // The first time, the server compiles its own code.
  const bareMs = await bareClientMs(engines.kube, workspaces)
  const start = (name: (typeof CONTROLLERS)[number], how: { script: string; nodeFlags?: readonly string[] }) =>
    startMeasured(name, {
      ...how,
      // Azure's own limits are another measure: here neither side throttles.
      env: { ...engines.settings[name], ...(name === 'gpu-provisioner' && { ARM_CALL_LIMITS: 'off' }) },
      folder: engines.folder,
    })
  const packagings: Record<string, PackagingFigures> = {}
  for (const name of CONTROLLERS) {
    const bundled = { script: bundles[name] ?? '', nodeFlags: NODE_FLAGS }
    packagings[name] = {
      unbundled: await packagingOf(() => start(name, { script: `packages/${name}/src/main.ts` })),
      bundled: await packagingOf(() => start(name, bundled)),
      bundleMB: await bundleMB(bundled.script),
    }
  }
  const controllers = await Promise.all(
    CONTROLLERS.map((name) => start(name, { script: bundles[name] ?? '', nodeFlags: NODE_FLAGS })),
  )
  console.error(`burst: ${workspaces} Workspaces at once …`)
  const burst = await runLife(engines, controllers, { workspaces, arrival: { kind: 'burst' }, cloudMs, quietMs })
  console.error(`paced: ${workspaces} Workspaces, ${values.paced} per second …`)
  const arrival = { kind: 'paced', perSecond: Number(values.paced) } as const
  const paced = await runLife(engines, controllers, { workspaces, arrival, cloudMs, quietMs: 0 })
  await Promise.all(controllers.map((controller) => controller.stop()))
  printReport({ bareMs, burst, paced, packagings, floors: await bundleFloors() })
} finally {
  await engines.stop()
}
