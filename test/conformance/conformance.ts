import { checklist } from './items/checklist.ts'
import { type Options, UsageError } from './options.ts'
import { type Finding, findingsOf, tableOf } from './report.ts'
import { gatherEvidence, mostNodes, neededFor } from './run.ts'

interface ConformanceOptions {
  options: Options
  signal: AbortSignal
  tell: (line: string) => void
}

/** Checks a backend and says how it did; the number of failures decides how the program ends. */
export async function conformance({ options, signal, tell }: ConformanceOptions) {
  const { kind, items, exceptions, json } = options
  const wanted = checklist(kind).filter(({ number }) => items === undefined || items.includes(number))
  const unknown = items?.find((item) => !wanted.some(({ number }) => number === item))
  if (unknown !== undefined) throw new UsageError(`there is no item ${unknown} about this kind of claim`)
  const lives = [...neededFor(options)].length
  const size = options.instanceTypes.join(' or ') || 'a size that the backend chooses'
  tell(`${wanted.length} items by ${lives} stories; at most ${mostNodes(options)} machines at a time, of ${size}`)
  const begun = performance.now()
  const { evidence, left } = await gatherEvidence({ options, signal, tell })
  tell(`took ${Math.round((performance.now() - begun) / 1000)} s`)
  const findings = findingsOf(wanted, evidence, exceptions)
  const failures = findings.filter(({ result }: Finding) => result === 'fail').length
  return { findings, failures, left, text: json ? JSON.stringify({ findings, left }, undefined, 2) : tableOf(findings) }
}
