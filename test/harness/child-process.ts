import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const EXIT_WITH_PARENT = fileURLToPath(new URL('exit-with-parent.mjs', import.meta.url))
const KEPT_LINES = 50
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Start-up is mostly compiling: the same code need not be compiled for each process anew. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))

interface StartOptions {
  name: string
  /** Path of the script from the root of the repository, or absolute. */
  script: string
  args?: string[]
  /** Flags of Node itself. */
  nodeFlags?: readonly string[]
  env?: Record<string, string>
  /** Where everything it prints goes. */
  logFile: string
  onLine?: (line: string) => void
}

/** A Node process of ours; it ends when the process that started it ends. */
export class NodeProcess {
  readonly name: string
  readonly exited: Promise<number | string>
  readonly #child: ChildProcess
  readonly #tail: string[] = []
  readonly #listeners: ((line: string) => void)[] = []

  constructor({ name, script, args = [], nodeFlags = [], env = {}, logFile, onLine }: StartOptions) {
    this.name = name
    this.#child = spawn(process.execPath, [...nodeFlags, '--import', EXIT_WITH_PARENT, script, ...args], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NO_PROXY: '127.0.0.1,localhost',
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const log = createWriteStream(logFile, { flags: 'a' })
    if (onLine) this.#listeners.push(onLine)
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue
      stream.pipe(log, { end: false })
      createInterface({ input: stream }).on('line', (line) => this.#heard(line))
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(signal ?? code ?? 0))
      this.#child.once('error', (error) => resolve(error.message))
    })
    this.exited.finally(() => log.end())
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** What it printed last, for messages about its failure. */
  get tail(): string {
    return this.#tail.join('\n')
  }

  /** The first line that `find` makes something of; rejects when the process ends before or the time is over. */
  line<T>(find: (line: string) => T | undefined, withinMs = 20_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.name} said nothing useful in time:\n${this.tail}`)),
        withinMs,
      )
      const look = (line: string) => {
        const found = find(line)
        if (found === undefined) return
        clearTimeout(timer)
        resolve(found)
      }
      this.#listeners.push(look)
      this.#tail.forEach(look)
      this.exited.then((how) => reject(new Error(`${this.name} ended (${how}):\n${this.tail}`)))
    })
  }

  kill(signal: NodeJS.Signals): Promise<number | string> {
    this.#child.kill(signal)
    return this.exited
  }

  stop(): Promise<number | string> {
    return this.kill('SIGTERM')
  }

  #heard(line: string): void {
    this.#tail.push(line)
    if (this.#tail.length > KEPT_LINES) this.#tail.shift()
    for (const listener of this.#listeners) listener(line)
  }
}

/** Reads a line as JSON; `undefined` when it is none. */
export function jsonLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
