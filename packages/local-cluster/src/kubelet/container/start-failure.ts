import { existsSync } from 'node:fs'
import type { ContainerPaths } from '../volumes/container-paths.ts'

const SEARCHED = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/**
 * Why a runtime cannot start this command, in its words; undefined when it can or when the image is not simulated, so
 * that nobody knows.
 */
export function startFailure(
  [program]: string[],
  { paths, imageRoot }: { paths: ContainerPaths; imageRoot: string | undefined },
): string | undefined {
  if (program === undefined || imageRoot === undefined) return undefined
  const exists = (path: string) => existsSync(paths.path(path) ?? '')
  const isPath = program.includes('/')
  if (isPath ? exists(program) : SEARCHED.some((folder) => exists(`${folder}/${program}`))) return undefined
  const why = isPath ? `stat ${program}: no such file or directory` : 'executable file not found in $PATH'
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: ${JSON.stringify(program)}: ${why}: unknown`
}
