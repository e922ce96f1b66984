import type { Logger } from '../logger.ts'

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  message: string
  fields: Record<string, unknown>
}

/** A log that writes nowhere and keeps its lines for the test to read. */
export function createMemoryLog(lines: LogLine[] = [], bound: object = {}): Logger & { lines: LogLine[] } {
  const write = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...bound, ...fields } })
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: (fields) => createMemoryLog(lines, { ...bound, ...fields }),
  }
}
