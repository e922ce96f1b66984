import '../require-node-24.ts'
import { conformance } from './conformance.ts'
import { readOptions, USAGE, UsageError } from './options.ts'

const STOPS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM']
const tell = (line: string) => console.error(`conformance: ${line}`)
process.exit(await run())

async function run(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2))
    if (!options) {
      console.log(USAGE)
      return 0
    }
    const { failures, left, text } = await conformance({ options, signal: stopSignal(), tell })
    console.log(text)
    return failures + left.length === 0 ? 0 : 1
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error))
    if (error instanceof UsageError) console.error(USAGE)
    return error instanceof UsageError ? 2 : 1
  }
}

/** The first Ctrl-C gives everything back, the second leaves at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of STOPS) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(1)
      tell('stopping: what was made is taken away first; once more leaves it')
      stopping.abort(new Error('it was stopped'))
    })
  }
  return stopping.signal
}
