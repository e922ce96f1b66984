import { execFile } from 'node:child_process'

/** How a program ended, and everything it printed. */
export interface ProgramResult {
  code: number
  out: string
  err: string
}

interface RunOptions {
  env: Record<string, string | undefined>
  cwd?: string
  /** What it reads from standard input. */
  input?: string
  /** Milliseconds after which it is ended. */
  timeout?: number
}

const MOST_OUTPUT = 16 * 1024 * 1024

/** Runs a program from outside to its end; a failure of it is a result, too. */
export function runProgram(path: string, args: string[], options: RunOptions): Promise<ProgramResult> {
  const { input = '', ...rest } = options
  return new Promise((resolve) => {
    const child = execFile(path, args, { ...rest, maxBuffer: MOST_OUTPUT }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
    )
    // One that ends without reading is none of its caller's troubles.
    child.stdin?.on('error', () => child.stdin?.destroy())
    child.stdin?.end(input)
  })
}
