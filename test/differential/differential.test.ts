import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CORPUS } from './corpus/corpus.ts'
import { explain, seenDifferences } from './explain.ts'
import { shownFinding } from './finding-text.ts'
import { generateSequence } from './generate-sequence.ts'
import { KNOWN_DIFFERENCES } from './known-differences.ts'
import { runAll, runSequence } from './run-sequence.ts'
import { scope } from './scope.ts'
import type { Sequence } from './step.ts'
import { startTwoServers, type TwoServers } from './two-servers.ts'

describe('the embedded API server answers as the real one', { timeout: 300_000 }, () => {
  let servers: TwoServers

  beforeAll(async () => {
    servers = await startTwoServers()
  })
  afterAll(() => servers?.stop())

  async function findings(sequences: Sequence[]): Promise<{ requests: number; findings: string[] }> {
    const results = await runAll(sequences, (sequence) => runSequence(servers, sequence, explain))
    return {
      requests: results.reduce((sum, { requests }) => sum + requests, 0),
      findings: results.flatMap((result) => result.findings.map(shownFinding)),
    }
  }

  test.skipIf(scope.only !== undefined)('to what is written down by hand', async () => {
    expect((await findings(CORPUS)).findings).toEqual([])
  })

  test('to generated requests', async () => {
    const indexes = scope.only ?? Array.from({ length: scope.sequences }, (_one, index) => index)
    const begun = performance.now()
    const result = await findings(indexes.map((index) => generateSequence(scope.seed, index)))
    const seconds = Math.round((performance.now() - begun) / 1000)
    console.log(`${result.requests} generated requests of seed ${scope.seed} in ${seconds} s`)
    expect(result.findings).toEqual([])
  })

  test.skipIf(!scope.isWhole)('and every difference that is listed is still there', () => {
    expect(KNOWN_DIFFERENCES.filter((entry) => !seenDifferences.has(entry)).map(({ reason }) => reason)).toEqual([])
  })
})

test('the README lists the same differences', async () => {
  const readme = await readFile(new URL('../../packages/local-cluster/README.md', import.meta.url), 'utf8')
  const [, table = ''] = readme.split('| The real server | |\n|---|---|\n')
  const rows = table
    .split('\n\n')[0]
    ?.split('\n')
    .map((row) => row.replace(/^\| (.*?) \|.*$/, '$1'))
  expect(rows).toEqual(KNOWN_DIFFERENCES.map(({ reason }) => reason))
})
