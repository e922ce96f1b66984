import { existsSync } from 'node:fs'
import { cp, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ProgramContext } from './program.ts'

const RECURSIVE = new Set(['r', 'R', 'a'])
const ENDING = /\/\.?$/

/** Plays `cp -r FROM/. TO` between the image and what is mounted, in the words and with the exit codes of busybox. */
export async function playCopy(context: ProgramContext): Promise<number> {
  const words = context.command.slice(1)
  const operands = words.filter((word) => !word.startsWith('-'))
  const flags = words.filter((word) => word.startsWith('-')).flatMap((word) => [...word.slice(1)])
  const [to, ...from] = operands.toReversed()
  if (to === undefined || from.length === 0) return failed(context, 'missing file operand')
  for (const source of from.toReversed()) {
    const fault = await copyOne({ source, to, isRecursive: flags.some((flag) => RECURSIVE.has(flag)) }, context)
    if (fault !== undefined) return failed(context, fault)
  }
  return 0
}

function failed({ log }: ProgramContext, why: string): number {
  log(`cp: ${why}`)
  return 1
}

interface Copy {
  source: string
  to: string
  isRecursive: boolean
}

/** What went wrong, if anything did. */
async function copyOne({ source, to, isRecursive }: Copy, context: ProgramContext): Promise<string | undefined> {
  const from = context.path(source)
  if (from === undefined) context.log(`simulated container: the content of ${source} is not simulated`)
  if (from === undefined || !existsSync(from)) return `can't stat '${source}': No such file or directory`
  const isFolder = (await stat(from)).isDirectory()
  if (isFolder && !isRecursive) return `omitting directory '${source}'`
  const target = context.writablePath(to)
  if (target === undefined) {
    const why = context.path(to) === undefined ? 'No such file or directory' : 'Read-only file system'
    return `can't create '${to}': ${why}`
  }
  const isInto = existsSync(target) && (await stat(target)).isDirectory()
  const options = { recursive: true, verbatimSymlinks: true }
  if (!isFolder) await cp(from, isInto ? join(target, basename(from)) : target, options)
  else if (!isInto || ENDING.test(source)) await copyContent(from, target)
  else await cp(from, join(target, basename(from)), options)
  return undefined
}

async function copyContent(from: string, target: string): Promise<void> {
  for (const name of await readdir(from)) {
    await cp(join(from, name), join(target, name), { recursive: true, verbatimSymlinks: true })
  }
}
