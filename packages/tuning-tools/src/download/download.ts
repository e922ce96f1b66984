import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { shownDuration } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import { Failure } from '../failure.ts'
import { shownUrl } from '../shown-text.ts'
import type { AddressRange } from './address-rules.ts'
import { afterAttempt, type Limits } from './after-attempt.ts'
import { type Fetching, fetchFile } from './fetch-file.ts'
import { fileName } from './file-name.ts'
import { createGuardedAgent, type Resolve } from './guarded-agent.ts'
import { mustBeServed } from './request-file.ts'

export const DOWNLOAD_LIMITS: DownloadLimits = { retries: 3, firstMs: 2_000, mostMs: 60_000, quietMs: 60_000 }

interface DownloadLimits extends Limits {
  /** How long a server may send nothing. */
  quietMs: number
}

export interface DownloadOptions {
  urls: URL[]
  /** Folder that gets the files. */
  to: string
  allowedRanges: AddressRange[]
  /** All files together. */
  mostBytes: number
  limits: DownloadLimits
  resolve: Resolve
  clock: Clock
  signal: AbortSignal
  tell: (line: string) => void
}

/**
 * Fetches data files one after the other into a folder.
 *
 * @returns one sentence on what is there.
 * @throws Failure that names the file which cannot be had, and why.
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { urls, to, tell } = options
  for (const url of urls) mustBeServed(url)
  await mkdir(to, { recursive: true })
  const agent = createGuardedAgent({ ...options, quietMs: options.limits.quietMs })
  try {
    let total = 0
    for (const [index, url] of urls.entries()) {
      const path = join(to, fileName(index + 1, url))
      tell(`fetching file ${index + 1} of ${urls.length} from ${shownUrl(url)}`)
      total += await untilFetched({ ...options, url, path, agent, mostBytes: options.mostBytes - total })
    }
    return `fetched ${urls.length} ${urls.length === 1 ? 'file' : 'files'}, ${total} bytes`
  } finally {
    await agent.destroy()
  }
}

async function untilFetched(fetching: Fetching & DownloadOptions): Promise<number> {
  const { url, limits, clock, signal, tell } = fetching
  for (let failures = 0; ; failures += 1) {
    const outcome = await fetchFile(fetching)
    const step = afterAttempt(outcome, failures, limits)
    if (step.do === 'done') return outcome.bytes
    if (step.do === 'giveUp') throw new Failure(step.exitCode, `cannot fetch ${shownUrl(url)}: ${step.why}`)
    tell(`${shownUrl(url)}: ${step.why}; next try in ${shownDuration(step.waitMs)}`)
    await clock.pause(step.waitMs, signal)
  }
}
