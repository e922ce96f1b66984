const NEWLINE = 0x0a

/**
 * Splits a stream of bytes at newlines, and only there: U+2028 and U+2029 are ordinary characters of a JSON string, and
 * no character is cut in two between chunks.
 */
export function createLineSplitter() {
  let parts: Buffer[] = []

  return {
    /** The lines that this chunk completes. */
    push(chunk: Buffer): string[] {
      const lines: string[] = []
      let start = 0
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        parts.push(chunk.subarray(start, end))
        const line = Buffer.concat(parts).toString('utf8')
        parts = []
        start = end + 1
        if (line.trim() !== '') lines.push(line)
      }
      if (start < chunk.length) parts.push(chunk.subarray(start))
      return lines
    },
    /** Whether the stream stands in the middle of a line. */
    isInLine: () => parts.length > 0,
  }
}
