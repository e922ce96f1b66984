import { lookup } from 'node:dns/promises'
import { systemClock } from './clock.ts'
import type { Command } from './command-line.ts'
import type { Config } from './config.ts'
import { DOWNLOAD_LIMITS, download } from './download/download.ts'
import { pack } from './pack/pack.ts'
import { PUSH_LIMITS, push } from './push/push.ts'

interface RunOptions {
  config: Config
  signal: AbortSignal
  tell: (line: string) => void
}

/** Does what the command says, and answers in one sentence what was done. */
export function runCommand(command: Command, { config, ...rest }: RunOptions): Promise<string> {
  const { allowedRanges, mostDataBytes, pushDeadlineMs } = config
  switch (command.name) {
    case 'download': {
      const rules = { allowedRanges, mostBytes: mostDataBytes, limits: DOWNLOAD_LIMITS }
      const resolve = (hostname: string) => lookup(hostname, { all: true })
      return download({ ...command, ...rules, resolve, clock: systemClock, ...rest })
    }
    case 'pack':
      return pack({ ...command, ...rest })
    case 'push': {
      const limits = { ...PUSH_LIMITS, deadlineMs: pushDeadlineMs }
      return push({ ...command, limits, crane: 'crane', clock: systemClock, ...rest })
    }
  }
}
