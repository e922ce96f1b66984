import { expect, test } from 'vitest'
import { readExpression } from './expression-source.ts'

test.each([
  ["a.matches('x')", "a.matchesInLinearTime('x')"],
  ["matches (a, 'x')", "matchesInLinearTime (a, 'x')"],
  ["a.matches == 'matches('", "a.matches == 'matches('"],
  ['"say \\"matches(\\""', '"say \\"matches(\\""'],
  ["r'\\' + a.matches('b')", "r'\\' + a.matchesInLinearTime('b')"],
])('renames the calls in %s only', (text, renamed) => {
  expect(readExpression(text).text).toBe(renamed)
})

test.each([
  ['a + b', 0],
  ['a.all(x, x > 0)', 1],
  ['a.all(x, b.exists(y, y == x))', 2],
  ['a.all(x, x) && b.all(y, y)', 1],
  ['a.map(x, size(f(x)))', 1],
  ['\'all(\' + "filter("', 0],
])('counts the nested loops of %s', (text, depth) => {
  expect(readExpression(text).loopDepth).toBe(depth)
})

test('sees names outside of texts only', () => {
  expect(readExpression("oldSelf.a == 'self'").names).toEqual(new Set(['oldSelf', 'a']))
})

test('tells variables that are read from fields of the same name', () => {
  expect(readExpression("variables.a + object.b + 'variables.c'").variables).toEqual(new Set(['a']))
})
