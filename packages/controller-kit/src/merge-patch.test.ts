import { describe, expect, test } from 'vitest'
import { applyMergePatch, mergePatchBetween } from './merge-patch.ts'

test.each<[rule: string, states: { from: object; to: object }, patch: object | undefined]>([
  [
    'the order of keys does not count',
    { from: { a: 1, b: { c: 2, d: 3 } }, to: { b: { d: 3, c: 2 }, a: 1 } },
    undefined,
  ],
  ['undefined is absent', { from: { a: 1 }, to: { a: 1, b: undefined } }, undefined],
  ['undefined inside a list is absent', { from: { a: [{ b: 1 }] }, to: { a: [{ b: 1, c: undefined }] } }, undefined],
  ['null removes', { from: { a: { b: 1, c: 2 } }, to: { a: { b: 1 } } }, { a: { c: null } }],
  ['lists are replaced whole', { from: { a: [1, 2] }, to: { a: [2] } }, { a: [2] }],
  ['only changed leaves are sent', { from: { a: { b: 1, c: 2 } }, to: { a: { b: 1, c: 3 } } }, { a: { c: 3 } }],
])('%s', (_rule, { from, to }, patch) => expect(mergePatchBetween(from, to)).toEqual(patch))

describe('RFC 7386, appendix A', () => {
  test.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j patched by %j is %j', (target, patch, result) => expect(applyMergePatch(target, patch)).toEqual(result))
})
