import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import type { Dispatcher } from 'undici'
import { EXIT, Failure } from '../failure.ts'
import { shownText, shownUrl } from '../shown-text.ts'
import type { Outcome } from './after-attempt.ts'
import { requestFile } from './request-file.ts'

const PROGRESS_BYTES = 1024 ** 3

export interface Fetching {
  url: URL
  /** Where the whole file is in the end. */
  path: string
  agent: Dispatcher
  signal: AbortSignal
  /** The most that the file may hold. */
  mostBytes: number
  tell: (line: string) => void
}

/**
 * One attempt to fetch a file, from its beginning.
 *
 * @throws Failure for what another attempt would not change, and what the file system threw.
 */
export async function fetchFile(fetching: Fetching): Promise<Outcome & { bytes: number }> {
  const { path } = fetching
  const unfinished = `${path}.part`
  const file = await open(unfinished, 'w', 0o644)
  try {
    const bytes = { received: 0 }
    const outcome = await brokenOr(fetching, () => receive(fetching, file, bytes))
    if (outcome.kind === 'whole') await rename(unfinished, path)
    return { ...outcome, bytes: bytes.received }
  } finally {
    await file.close()
    await rm(unfinished, { force: true })
  }
}

/** What the network throws is an outcome. */
async function brokenOr({ signal }: Fetching, attempt: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await attempt()
  } catch (error) {
    if (signal.aborted || error instanceof Failure || error instanceof UnwritableError) throw error
    return { kind: 'broken', reason: reasonOf(error) }
  }
}

async function receive(fetching: Fetching, file: FileHandle, bytes: { received: number }): Promise<Outcome> {
  const { url, mostBytes, tell } = fetching
  const { statusCode, headers, body } = await requestFile(url, fetching)
  if (statusCode !== 200) {
    await body.dump()
    return { kind: 'answered', status: statusCode, retryAfterMs: seconds(headers['retry-after']) }
  }
  if (Number(headers['content-length'] ?? 0) > mostBytes) {
    await body.dump()
    throw tooLarge(url)
  }
  for await (const chunk of body) {
    const before = bytes.received
    bytes.received += chunk.length
    if (bytes.received > mostBytes) throw tooLarge(url)
    await write(file, chunk)
    const gib = Math.floor(bytes.received / PROGRESS_BYTES)
    if (gib > Math.floor(before / PROGRESS_BYTES)) tell(`received ${gib} GiB of ${shownUrl(url)}`)
  }
  if (bytes.received === 0) {
    throw new Failure(EXIT.input, `${shownUrl(url)} is empty: correct the address or the file`)
  }
  return { kind: 'whole' }
}

/** A full or missing disk: no attempt repairs it. */
class UnwritableError extends Error {}

async function write(file: FileHandle, chunk: Uint8Array): Promise<void> {
  try {
    await file.writeFile(chunk)
  } catch (cause) {
    throw new UnwritableError(`cannot write the data: ${reasonOf(cause)}`, { cause })
  }
}

function tooLarge(url: URL): Failure {
  const most = 'more data than MAX_DATA_GIB allows for all files together'
  return new Failure(EXIT.input, `${shownUrl(url)} has ${most}: use less data, or have the operator raise the limit`)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return shownText(String(error))
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return shownText(error.message || code || error.name)
}

/** Servers also send dates there; those are left to the own back-off. */
function seconds(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}
