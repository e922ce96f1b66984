import { evaluate } from '@marcbachmann/cel-js'

/** The library's own duration; undefined when the text is none. */
export function durationValue(text: string): unknown {
  if (!/^[+-]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  return evaluate('duration(text)', { text })
}
