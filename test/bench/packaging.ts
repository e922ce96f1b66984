import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { MeasuredController } from './measured-controller.ts'

/** What a way to package a controller costs before it has anything to do. */
export interface Packaging {
  name: string
  startMs: number
  residentMB: number
}

/** Starts a controller, measures it once it leads, and stops it again. */
export async function packagingOf(start: () => Promise<MeasuredController>): Promise<Packaging> {
  const controller = await start()
  const { name, startMs } = controller
  const residentMB = await controller.residentMB()
  await controller.stop()
  return { name, startMs, residentMB }
}

/** Size of a bundle with all its chunks, in MB of 10^6 bytes. */
export async function bundleMB(script: string): Promise<number> {
  const folder = dirname(script)
  const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6
}
