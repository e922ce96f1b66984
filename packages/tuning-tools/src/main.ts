import { readCommand } from './command-line.ts'
import { readConfig, terminationLog } from './config.ts'
import { Failure } from './failure.ts'
import { leaveLastWord } from './last-word.ts'
import { runCommand } from './run-command.ts'
import { shownText } from './shown-text.ts'

/** What a shell answers for a program that a signal has ended. */
const STOPS = { SIGTERM: 143, SIGINT: 130 } as const

const tell = (line: string) => void process.stdout.write(`${line}\n`)
const stopped = new AbortController()
for (const [name, exitCode] of Object.entries(STOPS)) {
  process.once(name, () => stopped.abort(new Failure(exitCode, `ended by ${name} before the work was done`)))
}

process.exitCode = await run(process.argv.slice(2))

async function run(args: string[]): Promise<number> {
  const { code, said } = await result(args)
  const unwritten = leaveLastWord(said, terminationLog())
  // Outside of a container there is no file for it.
  if (unwritten && terminationLog().create) tell(`cannot leave the last word: ${unwritten}`)
  tell(said)
  return code
}

async function result([name = '', ...args]: string[]): Promise<{ code: number; said: string }> {
  const { signal } = stopped
  try {
    const command = readCommand([name, ...args])
    return { code: 0, said: await runCommand(command, { config: readConfig(), signal, tell }) }
  } catch (error) {
    const cause: unknown = signal.aborted ? signal.reason : error
    if (cause instanceof Failure) return { code: cause.exitCode, said: cause.message }
    return { code: 1, said: `${name} failed: ${shownText(cause instanceof Error ? cause.message : String(cause))}` }
  }
}
