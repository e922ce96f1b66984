import { spawn } from 'node:child_process'
import { shownText } from '../shown-text.ts'
import type { Target } from './after-attempt.ts'

const KEPT_CHARACTERS = 16_384

/** What crane has said, for one line: its result when it succeeded, its complaint otherwise. */
type CraneResult = { pushed: string } | { error: string }

interface CraneOptions {
  /** Path, or a name on the PATH. */
  program: string
  /** After which it is ended: a connection can hang for ever. */
  limitMs: number
  signal: AbortSignal
}

/**
 * Adds a layer to a base image and pushes the result under a name, once.
 * https://github.com/google/go-containerregistry/blob/main/cmd/crane/doc/crane_append.md
 *
 * @throws when there is no crane, and when the signal is aborted.
 */
export async function appendLayer({ layer, base, image }: Target, options: CraneOptions): Promise<CraneResult> {
  const { program, limitMs, signal } = options
  signal.throwIfAborted()
  // Joined with "=", so that no value is ever taken for a flag.
  const args = ['append', `--base=${base}`, `--new_layer=${layer}`, `--new_tag=${image}`]
  // It has nothing to tidy: what it began in the registry expires there.
  const ending = { signal, timeout: limitMs, killSignal: 'SIGKILL' } as const
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...ending })
  const said = { out: '', err: '' }
  const keep = (stream: 'out' | 'err') => (chunk: string) => {
    said[stream] = (said[stream] + chunk).slice(-KEPT_CHARACTERS)
  }
  child.stdout.setEncoding('utf8').on('data', keep('out'))
  child.stderr.setEncoding('utf8').on('data', keep('err'))
  const ended = await new Promise<{ code: number | null; by: string | null }>((resolve, reject) => {
    let failure: Error | undefined
    child.on('error', (error) => {
      failure = error
    })
    child.on('close', (code, by) => (failure ? reject(failure) : resolve({ code, by })))
  })
  if (ended.code === 0) return { pushed: shownText(said.out) || image }
  return { error: complaint(said.err) || `crane ended with ${ended.by ?? `exit code ${ended.code}`}` }
}

/** The last error with all its lines, for registries answer with pages; or the last line. */
function complaint(text: string): string {
  const start = text.lastIndexOf('\nError: ') + 1
  const words = text.startsWith('Error: ', start) ? text.slice(start) : (text.trim().split('\n').at(-1) ?? '')
  return shownText(words)
}
