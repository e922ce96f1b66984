import { readFile } from 'node:fs/promises'
import { REASONS } from '@kaito/api'
import { expect, test } from 'vitest'
import { CODE_ROWS } from './error-map.ts'

test('the README names exactly the codes of the table for each reason', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, reason = '', codes = '']) => ({
    reason,
    codes: [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code).sort(),
  }))
  for (const { reason, codes } of rows) {
    expect(REASONS).toContain(reason)
    const mapped = CODE_ROWS.filter((row) => row.reason === reason).map(({ code }) => code)
    expect({ reason, codes }).toEqual({ reason, codes: [...new Set(mapped)].sort() })
  }
  const documented = rows.map(({ reason }) => reason)
  expect(documented).toEqual(expect.arrayContaining(CODE_ROWS.map(({ reason }) => reason)))
})
