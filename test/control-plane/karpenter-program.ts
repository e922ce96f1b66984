import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { builtInCache, type ModuleSource } from './program-cache.ts'
import { DIRECTORY_VARIABLE } from './tools.ts'

const VERSION = '1.14.1'
const PROGRAM = 'karpenter-kwok'
const DEFINITIONS = [
  'pkg/apis/crds/karpenter.sh_nodeclaims.yaml',
  'pkg/apis/crds/karpenter.sh_nodepools.yaml',
  'kwok/apis/crds/karpenter.kwok.sh_kwoknodeclasses.yaml',
]

const SOURCE: ModuleSource = {
  makes: [PROGRAM, ...DEFINITIONS.map((path) => basename(path))],
  folder: `karpenter-${VERSION}`,
  module: 'sigs.k8s.io/karpenter',
  version: `v${VERSION}`,
  packages: { [PROGRAM]: 'sigs.k8s.io/karpenter/kwok' },
  files: DEFINITIONS,
}

/** Names the folder to test processes. */
const FOLDER_VARIABLE = 'KARPENTER_FOLDER'

/** Karpenter's own core with its provider of pretended machines, and the definitions of its kinds. */
interface KarpenterProgram {
  path: string
  /** Paths of YAML files. */
  definitions: string[]
}

/**
 * What test processes need in their environment to start Karpenter, which is built into the cache if it is not there.
 * Undefined, said in one line, where it can neither be found nor built.
 */
export async function karpenterEnvironment(tell: (line: string) => void): Promise<Record<string, string> | undefined> {
  const given = process.env[DIRECTORY_VARIABLE]
  const isGiven = given !== undefined && SOURCE.makes.every((name) => existsSync(join(given, name)))
  const folder = isGiven ? given : await builtInCache(SOURCE, tell)
  if (folder !== undefined) return { [FOLDER_VARIABLE]: folder }
  tell(
    `what needs Karpenter is left out: no ${PROGRAM} (${SOURCE.module} ${SOURCE.version}) found; install Go 1.26 or ` +
      `newer, or set ${DIRECTORY_VARIABLE} to a directory that holds ${SOURCE.makes.join(', ')}`,
  )
  return undefined
}

/** The one that the run has found. */
export function karpenterOfRun(): KarpenterProgram {
  const folder = process.env[FOLDER_VARIABLE]
  if (folder === undefined)
    throw new Error('there is no Karpenter; run "pnpm e2e" on files with karpenter in their name')
  return { path: join(folder, PROGRAM), definitions: DEFINITIONS.map((path) => join(folder, basename(path))) }
}
