import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import type { Claim } from '../claim/claim.ts'
import { machineAdapter } from '../testing/adapters.ts'
import { endedByDefinition, manyAreEnding } from './ended-by-definition.ts'

const DELETED = '2026-01-01T12:00:00Z'

const claims = (count: number, deletionTimestamp?: string): Claim[] =>
  Array.from({ length: count }, (_, index) => {
    const metadata = { name: `ws${deletionTimestamp ?? ''}${index}`, finalizers: ['karpenter.sh/termination'] }
    return machineAdapter.read(aMachine({ metadata: { ...metadata, ...(deletionTimestamp && { deletionTimestamp }) } }))
  })

test.each<[rule: string, claims: Claim[], definitionDeletedAt: string | undefined, held: number]>([
  ['holds all claims that went with the definition', claims(3, DELETED), DELETED, 3],
  ['holds them also when they went a moment later', claims(3, '2026-01-01T12:00:05Z'), DELETED, 3],
  ['leaves deletions alone while the definition stays', claims(3, DELETED), undefined, 0],
  ['leaves deletions alone that were asked for before', claims(3, '2026-01-01T11:59:59Z'), DELETED, 0],
  ['leaves a single claim alone', claims(1, DELETED), DELETED, 0],
  ['leaves a tenth of all alone', [...claims(2, DELETED), ...claims(18)], DELETED, 0],
  ['holds what is more than a tenth of all', [...claims(3, DELETED), ...claims(18)], DELETED, 3],
])('row 62: %s', (_rule, all, definitionDeletedAt, held) => {
  expect(endedByDefinition(all, { definitionDeletedAt, share: 0.1 })).toHaveLength(held)
})

test('row 62: leaves claims alone that nothing of ours holds', () => {
  const released = claims(3, DELETED).map((claim) => ({ ...claim, held: false }))
  expect(endedByDefinition(released, { definitionDeletedAt: DELETED, share: 0.1 })).toEqual([])
})

test.each([
  [1, 0, false],
  [2, 0, true],
  [2, 18, false],
  [3, 18, true],
])('row 62: %i of them ending beside %i that stay is many: %s', (ending, staying, many) => {
  expect(manyAreEnding([...claims(ending, DELETED), ...claims(staying)], 0.1)).toBe(many)
})
