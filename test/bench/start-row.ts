import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CONTROLLERS } from '../../deploy/images/bundle.ts'
import type { KubeHttp } from '../harness/kube-http.ts'
import { forEachOpen } from './arrivals.ts'
import { type Bench, startBundled, startController } from './bench.ts'
import { MACHINE } from './kinds.ts'
import type { MeasuredController } from './measured-controller.ts'
import { bundleFloors } from './memory-floor.ts'
import { type Line, mb, ms, printLines, TODAY } from './report.ts'

/** Half of them Nodes, half of them claims. */
const OBJECTS = 5_000
const NODES = '/api/v1/nodes'
/** What a kubelet reports: enough of them to make a Node as large as on a cluster. */
const IMAGES_PER_NODE = 40

/** What a start costs: with nothing to look after, from sources and from the bundle, and with many objects. */
export function startRow(bench: Bench): Promise<void> {
  return bench.withEngines(async (engines) => {
    const floors = await bundleFloors()
    const idle: Line[] = []
    for (const name of CONTROLLERS) {
      const sources = await idleFigures(
        await startController(engines, name, { script: `packages/${name}/src/main.ts` }),
      )
      const bundled = await idleFigures(await startBundled(bench, engines, { name }))
      idle.push({
        measure: `${name}: idle, bundle of ${(await bundleMB(bench.bundles[name])).toFixed(1)} MB (from its sources: ${sources})`,
        here: bundled,
      })
      idle.push({
        measure: `${name}: floor, a bundle that only loads its libraries`,
        here: mb(floors[name]),
        today: TODAY.memory[name],
      })
    }
    await fill(engines.kube)
    const filled: Line[] = []
    for (const name of CONTROLLERS) {
      const controller = await startBundled(bench, engines, { name })
      filled.push({
        measure: `${name}: start to leading and synced, ${OBJECTS} objects`,
        here: ms(controller.startMs),
        goal: '1 s',
      })
      await controller.kill()
    }
    printLines('Start and memory, bundled', [...filled, ...idle])
  })
}

async function idleFigures(controller: MeasuredController): Promise<string> {
  const figures = `${ms(controller.startMs)}, ${mb(await controller.residentMB())}`
  await controller.stop()
  return figures
}

/** Size of a bundle with all its chunks, in MB of 10^6 bytes. */
async function bundleMB(script: string): Promise<number> {
  const folder = dirname(script)
  const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6
}

/** Claims that ask for no size, so that nothing is launched for them, and Nodes of another owner. */
function fill(kube: KubeHttp): Promise<void> {
  return forEachOpen(OBJECTS / 2, async (index) => {
    await create(kube, NODES, node(`filled-${index}`))
    const name = `filled${index}`
    await create(kube, MACHINE.path, { ...MACHINE.object(name), metadata: { name }, spec: { requirements: [] } })
  })
}

async function create(kube: KubeHttp, path: string, body: object): Promise<void> {
  const { status, text } = await kube.ask(path, { method: 'POST', body })
  if (status !== 201) throw new Error(`${path}: ${text}`)
}

function node(name: string): object {
  const images = Array.from({ length: IMAGES_PER_NODE }, (_, index) => ({
    names: [`registry.example/some/component-${index}:v1.${index}.0`],
    sizeBytes: 50_000_000 + index,
  }))
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': name } },
    spec: { providerID: `azure:///filled/${name}` },
    status: { capacity: { cpu: '4', memory: '16Gi' }, images },
  }
}
