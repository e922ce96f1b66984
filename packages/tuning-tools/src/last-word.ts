import { closeSync, constants, openSync, writeSync } from 'node:fs'

/** The kubelet keeps this much. */
const MOST_BYTES = 4_096

/**
 * Leaves the last word where the kubelet takes it into the status of the container. Answers why that was not possible,
 * which is no reason to fail.
 */
export function leaveLastWord(text: string, { path, create }: { path: string; create: boolean }): string | undefined {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC | (create ? constants.O_CREAT : 0), 0o644)
    try {
      writeSync(file, Buffer.from(text, 'utf8').subarray(0, MOST_BYTES))
    } finally {
      closeSync(file)
    }
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
