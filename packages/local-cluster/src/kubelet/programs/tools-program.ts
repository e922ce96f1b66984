import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { runChild } from './child-process.ts'
import type { ProgramContext } from './program.ts'

const SEARCHED = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const LONGEST_GRACE_MS = 5000
const DEFAULT_GRACE_SECONDS = 30

/**
 * Plays `node /app/tuning-tools.mjs ARGUMENTS` with the real program, as a process of this machine. Arguments and
 * variables that are paths below a mount name the same file there. It may write only where its container may: below
 * the mounts that are not read-only.
 */
export async function playTools(context: ProgramContext): Promise<number> {
  const { toolsEntry, toolsPath, command, env, terminationLog, pod, signal, log } = context
  if (toolsEntry === undefined) {
    log('simulated container: no program plays the tuning tools here: give the simulation its path (toolsEntry)')
    return 1
  }
  await mkdir(dirname(terminationLog), { recursive: true })
  const written = writableFolders(context)
  const graceMs = (pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000
  const temporary = context.writablePath('/tmp')
  return runChild({
    args: [
      '--permission',
      '--allow-child-process',
      '--allow-fs-read=*',
      ...[...written, dirname(terminationLog)].map((folder) => `--allow-fs-write=${folder}/`),
      toolsEntry,
      ...command.slice(2).map((word) => translated(word, context)),
    ],
    env: {
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, translated(value, context)])),
      PATH: toolsPath === undefined ? SEARCHED : `${toolsPath}:${SEARCHED}`,
      TERMINATION_LOG: terminationLog,
      // What it starts is told, too, that children are allowed: no news for the log of its container.
      NODE_OPTIONS: '--disable-warning=PERM0002',
      ...(temporary === undefined ? {} : { TMPDIR: temporary }),
    },
    cwd: dirname(terminationLog),
    signal,
    graceMs: Math.min(graceMs, LONGEST_GRACE_MS),
    log,
  })
}

function writableFolders({ mounts }: ProgramContext): string[] {
  return mounts.flatMap(({ host, readOnly }) => (host === undefined || readOnly ? [] : [host]))
}

/** A path below a mount as a path of this machine; anything else stays as it is. */
function translated(text: string, { mounts, path }: ProgramContext): string {
  const isMounted = mounts.some(({ at }) => text === at || text.startsWith(at === '/' ? at : `${at}/`))
  return isMounted ? (path(text) ?? text) : text
}
