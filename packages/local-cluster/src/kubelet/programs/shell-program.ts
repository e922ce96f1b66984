import { pause } from '../../cluster-clock.ts'
import { playCurl } from './curl-program.ts'
import { playIdle } from './idle-program.ts'
import { type ProgramContext, TERMINATED } from './program.ts'

interface Step {
  words: string[]
  /** How it hangs on the step before: always, only after success, only after failure. */
  after: ';' | '&&' | '||'
}

const LOOP = /\b(while|until|for|tail -[fF])\b/

/** Whether the words are one of the few commands that are played. */
export function isPlayedCommand(words: string[]): boolean {
  return ['sleep', 'exit', 'true', 'false', 'echo', 'curl', ':'].includes(commandName(words))
}

/** Plays the script of `sh -c`: simple commands one after another; anything that loops runs until it is stopped. */
export async function playScript(script: string, context: ProgramContext): Promise<number> {
  if (LOOP.test(script)) return playIdle(context)
  let exitCode = 0
  for (const { words, after } of parseScript(withEnvironment(script, context))) {
    if (context.signal.aborted) return TERMINATED
    if ((after === '&&' && exitCode !== 0) || (after === '||' && exitCode === 0)) continue
    if (words[0] === 'exit') return Number(words[1] ?? exitCode)
    exitCode = await playCommand(words, context)
  }
  return exitCode
}

/** Plays one command; what is not played is named in the log and counts as done. */
export async function playCommand(words: string[], context: ProgramContext): Promise<number> {
  const [, ...args] = words
  switch (commandName(words)) {
    case 'sleep':
      if (args[0] === 'infinity') return playIdle(context)
      await pause(context.clock, seconds(args) * 1000, context.signal)
      return context.signal.aborted ? TERMINATED : 0
    case 'exit':
      return Number(args[0] ?? 0)
    case 'false':
      return 1
    case 'true':
    case ':':
      return 0
    case 'echo':
      context.log(args.filter((arg, position) => position > 0 || !/^-[neE]+$/.test(arg)).join(' '))
      return 0
    case 'curl':
      return playCurl(args, context)
    default:
      context.log(`simulated container: not run: ${words.join(' ')}`)
      return 0
  }
}

function commandName([first = '']: string[]): string {
  return first.split('/').at(-1) ?? ''
}

function seconds(durations: string[]): number {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }
  return durations.reduce((sum, text) => {
    const [, number, unit = 's'] = /^([\d.]+)([smhd])?$/.exec(text) ?? []
    return sum + Number(number ?? 0) * (units[unit] ?? 1)
  }, 0)
}

function withEnvironment(script: string, { env }: ProgramContext): string {
  return script.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced: string, bare: string) => env[braced ?? bare] ?? all)
}

const TOKEN = /'([^']*)'|"((?:\\.|[^"\\])*)"|(&&|\|\||;|\n|&)|\\(.)|([^\s'";&|\n\\]+|\|)|[ \t]+/g

/** Splits at `;`, new lines, `&&` and `||`, outside quotes. */
export function parseScript(script: string): Step[] {
  const steps: Step[] = [{ words: [], after: ';' }]
  let startsWord = true
  for (const [, single, double, separator, escaped, plain] of script.matchAll(TOKEN)) {
    const text = single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain
    if (separator !== undefined) steps.push({ words: [], after: connection(separator) })
    if (text !== undefined) addText(steps.at(-1)?.words ?? [], text, startsWord)
    startsWord = text === undefined
  }
  return steps.filter(({ words }) => words.length > 0)
}

function connection(separator: string): Step['after'] {
  return separator === '&&' || separator === '||' ? separator : ';'
}

/** Quoted and plain pieces that touch are one word. */
function addText(words: string[], text: string, startsWord: boolean): void {
  if (startsWord) words.push(text)
  else words.push(`${words.pop() ?? ''}${text}`)
}
