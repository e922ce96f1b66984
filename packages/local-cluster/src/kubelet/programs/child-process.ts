import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

interface ChildOptions {
  /** Node flags, script and arguments. */
  args: string[]
  env: Record<string, string>
  cwd: string
  signal: AbortSignal
  /** How long it may take to end after SIGTERM. */
  graceMs: number
  log: (line: string) => void
}

/** Ends the whole group when this process has died without stopping it: its end of the pipe closes then. */
const DIE_WITH_PARENT = `data:text/javascript,${encodeURIComponent(`
const end = () => process.kill(-process.pid, 'SIGKILL')
process.stdin.on('end', end).on('error', end).resume()
process.stdin.unref?.()
`)}`

const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = { SIGKILL: 9, SIGTERM: 15 }

/**
 * Runs a Node program in a process group of its own, until it has ended; the result is its exit code, 128 and the
 * number of the signal that ended it. Nothing it started outlives it, as in a container.
 */
export async function runChild({ args, env, cwd, signal, graceMs, log }: ChildOptions): Promise<number> {
  const child = spawn(process.execPath, ['--import', DIE_WITH_PARENT, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, by) => resolve(code ?? 128 + (SIGNAL_NUMBERS[by ?? 'SIGKILL'] ?? 9)))
  })
  // A child that ended before it was written to is none of its reader's troubles.
  child.stdin.on('error', () => child.stdin.destroy())
  const printed = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) log(line)
  })
  const stop = () => void endGently(child, { exited, graceMs })
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  try {
    const code = await exited
    killGroup(child)
    await Promise.all(printed)
    return code
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function endGently(child: ChildProcess, how: { exited: Promise<number>; graceMs: number }): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => killGroup(child), how.graceMs)
  await how.exited.finally(() => clearTimeout(timer))
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nobody is left in the group.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
