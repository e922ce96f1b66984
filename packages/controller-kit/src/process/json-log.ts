import { type DestinationStream, pino, stdSerializers } from 'pino'
import type { Logger } from '../logger.ts'

interface LogOptions {
  /** Process name, in every line. */
  name: string
  level: 'debug' | 'info' | 'warn' | 'error'
  /** Standard output by default. */
  destination?: DestinationStream
}

const SECRET_KEYS = ['authorization', 'Authorization', 'token', 'password', 'clientSecret']

/** JSON lines. What looks like a credential is left out, also inside error texts. */
export function createLogger({ name, level, destination }: LogOptions): Logger {
  const options = {
    name,
    level,
    redact: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
    serializers: {
      err: (error: unknown) => (error instanceof Error ? withoutTokens(stdSerializers.err(error)) : error),
    },
  }
  return destination ? pino(options, destination) : pino(options)
}

function withoutTokens<T>(value: T): T {
  const text = JSON.stringify(value, (key, field) => (SECRET_KEYS.includes(key) ? undefined : field))
  return JSON.parse(text.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/g, '$1 [Redacted]'))
}
