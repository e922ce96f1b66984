import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { buildFromModules, hasGo } from './go-build.ts'

export interface ModuleSource {
  /** Names of the programs and files that one build makes. */
  makes: string[]
  /** Its folder in the cache. */
  folder: string
  module: string
  /** With its leading `v`. */
  version: string
  /** Main packages, by the program they make. */
  packages: Record<string, string>
  /** Paths of files in the module that are kept beside the programs. */
  files?: string[]
}

/** Where programs built from Go modules are kept for this user, under the folder's name. */
function cachePath(folder: string): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kaito', 'control-plane', folder)
}

export function isInCache({ folder, makes }: Pick<ModuleSource, 'folder' | 'makes'>): boolean {
  return makes.every((name) => existsSync(join(cachePath(folder), name)))
}

/** The folder with what the source makes, built into the cache if it is not there; undefined where nothing can build it. */
export async function builtInCache(source: ModuleSource, tell: (line: string) => void): Promise<string | undefined> {
  const folder = cachePath(source.folder)
  if (isInCache(source)) return folder
  if (!(await hasGo())) return undefined
  tell(`building ${Object.keys(source.packages).join(', ')} ${source.version} from Go modules, once, into the cache`)
  const begun = performance.now()
  const building = `${folder}.${process.pid}`
  await mkdir(building, { recursive: true })
  await buildFromModules({ ...source, folder: building })
  // Renamed into place, so that nobody takes half a build for a whole one.
  await rm(folder, { recursive: true, force: true })
  await rename(building, folder)
  tell(`built in ${Math.round((performance.now() - begun) / 1000)} s`)
  return folder
}
