import { readFile } from 'node:fs/promises'
import { REASONS } from '@kaito/api'
import { expect, test } from 'vitest'
import { TUNING_REASONS } from '../workload/tuning/reasons.ts'
import { POD_REASONS, WORKSPACE_REASONS } from './reasons.ts'

test('the README says of every reason what to do, and of no other', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const [, table = ''] = /\n## Reasons\n([\s\S]*?)\n## /.exec(readme) ?? []
  const documented = [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/(?<=`)[A-Z]\w+/g) ?? [],
  )
  const reasons = new Set<string>([
    ...REASONS,
    ...Object.values(WORKSPACE_REASONS),
    ...Object.values(TUNING_REASONS),
    ...POD_REASONS,
  ])
  expect(documented.toSorted()).toEqual([...reasons].sort())
})
