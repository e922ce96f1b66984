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

/** What JSON lets through and a terminal may act upon: DEL and C1, direction of text, and characters nobody sees. */
const HIDDEN = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g
const LONGEST_TEXT = 4_096

/**
 * JSON lines. What looks like a credential is left out, also inside error texts; those are cut to a bounded length, and
 * hidden characters are escaped everywhere.
 */
export function createLogger({ name, level, destination }: LogOptions): Logger {
  const options = {
    name,
    level,
    redact: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
    hooks: { streamWrite: (line: string) => line.replace(HIDDEN, escaped) },
    serializers: {
      err: (error: unknown) => (error instanceof Error ? withoutTokens(stdSerializers.err(error)) : error),
    },
  }
  return destination ? pino(options, destination) : pino(options)
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

function withoutTokens<T>(value: T): T {
  const text = JSON.stringify(value, (key, field) => (SECRET_KEYS.includes(key) ? undefined : shortened(field)))
  return JSON.parse(text.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/g, '$1 [Redacted]'))
}

function shortened(field: unknown): unknown {
  return typeof field === 'string' && field.length > LONGEST_TEXT ? `${field.slice(0, LONGEST_TEXT)}…` : field
}
