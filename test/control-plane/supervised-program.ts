import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'

/**
 * Runs a program that knows nothing of its harness, and ends it when standard input closes: when the harness dies, even
 * by SIGKILL, its end of the pipe closes.
 */
const SUPERVISOR = `
exec 3<&0
"$@" </dev/null & child=$!
{ cat <&3 >/dev/null; kill -KILL $child; } 2>/dev/null & watcher=$!
wait $child; code=$?
kill $watcher 2>/dev/null
exit $code`

const KEPT_CHARACTERS = 2_000

interface ProgramOptions {
  path: string
  args: string[]
  /** Besides what every program needs. */
  env?: Record<string, string>
  /** Where everything it prints goes. */
  logFile: string
}

/** A program from outside, as a process of ours. */
export class SupervisedProgram {
  readonly #child: ChildProcess
  readonly #options: ProgramOptions
  readonly #exited: Promise<unknown>

  constructor(options: ProgramOptions) {
    this.#options = options
    this.#child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', options.path, ...options.args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    })
    const log = createWriteStream(options.logFile, { flags: 'a' })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.pipe(log, { end: false })
    this.#child.stdin?.on('error', () => this.#child.stdin?.destroy())
    this.#exited = once(this.#child, 'exit').finally(() => log.end())
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What it printed last, for messages about its failure. */
  async tail(): Promise<string> {
    return (await readFile(this.#options.logFile, 'utf8')).slice(-KEPT_CHARACTERS)
  }

  /** Ends it as a power cut would: nothing it keeps outlives it. */
  async stop(): Promise<void> {
    this.#child.stdin?.end()
    await this.#exited
  }
}
