import { readFile } from 'node:fs/promises'
import type { ControlPlaneAccess } from './control-plane.ts'
import type { Tools } from './tools.ts'

/** The control planes that the end-to-end run has started: it lists one per test worker in a file. */
async function sharedPlanes(): Promise<ControlPlaneAccess[]> {
  const file = process.env.CONTROL_PLANES
  if (file === undefined) throw new Error('there is no control plane; run "pnpm e2e"')
  return JSON.parse(await readFile(file, 'utf8'))
}

/** The one that belongs to this test worker. */
export async function planeOfWorker(): Promise<ControlPlaneAccess> {
  const planes = await sharedPlanes()
  const plane = planes[(Number(process.env.VITEST_POOL_ID) - 1) % planes.length]
  if (!plane) throw new Error('there is no control plane for this test worker')
  return plane
}

/** The programs that the run has found or built. */
export async function toolsOfRun(): Promise<Tools> {
  const [plane] = await sharedPlanes()
  if (!plane) throw new Error('there is no control plane; run "pnpm e2e"')
  return plane.tools
}
