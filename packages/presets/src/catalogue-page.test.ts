import { expect, test } from 'vitest'
import { PRESETS } from './catalogue.ts'
import { cataloguePage } from './catalogue-page.ts'
import { INSTANCE_TYPES } from './instance-types.ts'

const lines = cataloguePage().split('\n')

test('every preset and every size has one row', () => {
  const first = lines.flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? [])
  const known = [...PRESETS, ...INSTANCE_TYPES].map(({ name }) => name)
  expect(first.sort()).toEqual(known.sort())
})

test.each([
  [
    'a model that is copied',
    '| `phi-3-mini-4k-instruct` | Phi-3 | public | MIT | 1 | 9 GiB | 50 GiB | a copy on each | 1 GPU, 72 GiB, 50 GiB of disk | `Standard_NV18ads_A10_v5` | `g4dn.xlarge` |',
  ],
  [
    'a model that is spread',
    '| `llama-2-13b` | Llama 2 | private | Llama 2 Community License | 2 | 30 GiB, 15 on each | 46 GiB | 1, 2 | – | `Standard_NV72ads_A10_v5`, 2 x `Standard_NC4as_T4_v3` | `g4dn.12xlarge`, 2 x `g4dn.xlarge` |',
  ],
  ['a current size', '| `Standard_NC64as_T4_v3` | 4 | 16 GiB | T4 (Turing) | 7.5 | current |'],
  ['a part of a GPU', '| `Standard_NV12ads_A10_v5` | 1 (1/3 of one) | 8 GiB | A10 (Ampere) | 8.6 | current |'],
  [
    'a retired size',
    '| `Standard_NC6s_v3` | 1 | 16 GiB | V100 (Volta) | 7.0 | retired on 2025-09-30, take `Standard_NC4as_T4_v3` |',
  ],
  [
    'a size that is neither sold nor served',
    '| `Standard_NV32as_v4` | 1 | 16 GiB | MI25 (Vega) | – | not served: AMD GPUs; retired on 2026-09-30, take `Standard_NC4as_T4_v3` |',
  ],
])('tells of %s', (_what, row) => expect(lines).toContain(row))

test('all rows of a table have as many cells as its head', () => {
  const tables = cataloguePage()
    .split('\n\n')
    .filter((part) => part.startsWith('|'))
    .map((part) =>
      part
        .trim()
        .split('\n')
        .map((row) => row.split(' | ').length),
    )
  expect(tables).toHaveLength(3)
  for (const [head, ...rows] of tables) expect(new Set(rows)).toEqual(new Set([head]))
})
