import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ContainerLog } from '../container-log.ts'

const LONGEST_MESSAGE = 4096
const LONGEST_LOG = 2048
const MOST_LINES = 80

interface Ending {
  /** What the container may have written its last words to. */
  file: string
  log: ContainerLog
  exitCode: number
  policy: string | undefined
}

/** The message of an ended container: its last words or, where its policy says so, the end of the log of a failure. */
export async function terminationMessage({ file, log, exitCode, policy }: Ending): Promise<string | undefined> {
  const words = existsSync(file) ? (await readFile(file)).subarray(0, LONGEST_MESSAGE).toString('utf8') : ''
  if (words !== '') return words
  if (exitCode === 0 || policy !== 'FallbackToLogsOnError') return undefined
  const end = Buffer.from(log.read({ tailLines: MOST_LINES }))
  return end.subarray(-LONGEST_LOG).toString('utf8') || undefined
}
