import { conformance } from '../conformance.ts'
import { readOptions } from '../options.ts'
import type { Finding } from '../report.ts'

/** Runs the program with these arguments; a test looks at the items by result, and shows `text` when it fails. */
export async function checkBackend(args: string[]) {
  const options = readOptions(args)
  if (!options) throw new Error('this asks for help')
  const { signal } = new AbortController()
  const { findings, ...rest } = await conformance({ options, signal, tell: () => undefined })
  const items = (is: (finding: Finding) => boolean) => findings.filter(is).map(({ item }) => item)
  return {
    ...rest,
    findings,
    failed: items(({ result }) => result === 'fail'),
    passed: items(({ result }) => result === 'pass'),
    /** Exceptions that turned out to be none. */
    needless: items(({ detail }) => detail.startsWith('listed as an exception')),
  }
}
