import { ApiError, ApiUnreachable, type Logger } from '../../packages/controller-kit/src/index.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What the processes of a world log. */
export interface ProcessLog {
  of(process: string): Logger
  /** The newest lines, as text. */
  lines(): readonly string[]
  /** Failures that are neither a refusal nor an outage: bugs. */
  bugs(): readonly string[]
}

const KEPT_LINES = 5_000
type Level = Exclude<keyof Logger, 'child'>

export function createProcessLog(time: VirtualTime): ProcessLog {
  let lines: string[] = []
  const bugs: string[] = []

  function write({ level, message, fields }: { level: Level; message: string; fields: Record<string, unknown> }): void {
    if (level === 'debug') return
    const line = `${new Date(time.now()).toISOString()} ${level} ${message} ${textOf(fields)}`
    lines.push(line)
    if (lines.length > 2 * KEPT_LINES) lines = lines.slice(-KEPT_LINES)
    const { err } = fields
    const isBug = level === 'error' && err instanceof Error && !isForeseen(err)
    if (isBug) bugs.push(`${line}\n${err.stack}`)
  }

  function logger(bound: object): Logger {
    const at = (level: Level) => (fields: object, message: string) =>
      write({ level, message, fields: { ...bound, ...fields } })
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      fatal: at('fatal'),
      child: (fields) => logger({ ...bound, ...fields }),
    }
  }

  return { of: (process) => logger({ process }), lines: () => lines, bugs: () => bugs }
}

/** A refusal, an outage, or the end of a pass in which the process stood still for too long. */
function isForeseen(error: Error): boolean {
  return error instanceof ApiError || error instanceof ApiUnreachable || error.message === 'the pass took too long'
}

function textOf(fields: Record<string, unknown>): string {
  return JSON.stringify(fields, (_name, value: unknown) =>
    value instanceof Error ? { error: value.message, cause: value.cause } : value,
  )
}
