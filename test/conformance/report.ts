import type { Evidence } from './evidence.ts'
import type { Item } from './item.ts'
import type { Verdict } from './verdict.ts'

export interface Finding {
  item: string
  says: string
  result: Verdict['result'] | 'differs'
  /** What was seen, why nothing could be, or why it differs. */
  detail: string
  /** Of a failure: what it means for users. */
  matters?: string
}

/** What each item comes to. An exception changes the word for a failure; one that is not needed is said. */
export function findingsOf(items: readonly Item[], evidence: Evidence, exceptions: Readonly<Record<string, string>>) {
  return items.map((item): Finding => {
    const { number, says, matters } = item
    const verdict = item.judge(evidence)
    const exception = exceptions[number]
    const found = { item: number, says, result: verdict.result }
    if (verdict.result === 'fail') {
      if (exception === undefined) return { ...found, detail: verdict.saw, matters }
      return { ...found, result: 'differs', detail: `${exception} (seen: ${verdict.saw})` }
    }
    if (verdict.result === 'not applicable') return { ...found, detail: verdict.reason }
    return { ...found, detail: exception === undefined ? '' : `listed as an exception, which it is not: ${exception}` }
  })
}

/** One line an item, and one with the sum. */
export function tableOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ item }) => item.length))
  const lines = findings.flatMap(({ item, says, result, detail, matters }) => [
    `${item.padEnd(width)}  ${result.padEnd('not applicable'.length)}  ${says}${detail && `: ${detail}`}`,
    ...(matters === undefined ? [] : [`${' '.repeat(width)}  ${' '.repeat('not applicable'.length)}  → ${matters}`]),
  ])
  return [...lines, sumOf(findings)].join('\n')
}

function sumOf(findings: readonly Finding[]): string {
  const count = (result: Finding['result']) => findings.filter((finding) => finding.result === result).length
  const words = (['pass', 'fail', 'differs', 'not applicable'] as const).map((result) => `${count(result)} ${result}`)
  return `${findings.length} items: ${words.join(', ')}`
}
