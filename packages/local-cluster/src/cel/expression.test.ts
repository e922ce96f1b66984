import { expect, test } from 'vitest'
import { checkingEnvironment } from './environment.ts'
import { CostExceeded, checkExpression, compileExpression } from './expression.ts'
import { celValue } from './schema-value.ts'

const SELF = {
  count: 3,
  ratio: 0.5,
  names: ['b', 'a'],
  numbers: [3, 1, 2],
  labels: { app: 'x' },
  image: 'example.com/model:1',
}

function evaluated(text: string, self: unknown = SELF): unknown {
  return compileExpression(text).evaluate({ self: celValue(self, undefined) }, { left: 1e8 }, [self])
}

test.each([
  'self.count + 1 == 4',
  'self.count == 3.0',
  'self.ratio < 1.0',
  'has(self.labels.app) && !has(self.labels.other)',
  "self.?other.orValue('none') == 'none'",
  "self.?labels.?app == optional.of('x')",
  'self.?other == optional.none()',
  'self.?labels != self.?other',
  "self.names.all(name, name.matches('^[a-z]$'))",
  "matches(self.image, 'model:[0-9]+$')",
  "self.image.matches('(?i)^EXAMPLE')",
  "self.image.find('[a-z]+') == 'example'",
  "self.image.findAll('[a-z]+') == ['example', 'com', 'model']",
  "self.image.replace('model', 'm') == 'example.com/m:1'",
  "self.image.split('/').size() == 2",
  'self.numbers.sum() == 6 && self.numbers.min() == 1 && self.numbers.max() == 3',
  '!self.names.isSorted()',
  "self.names.indexOf('a') == 1",
  'self.numbers.existsOne(n, n == 2)',
  "sets.contains(self.names, ['a']) && sets.equivalent(self.names, ['a', 'b'])",
  "'%s has %d'.format(['x', self.count]) == 'x has 3'",
  "quantity('1Gi').isGreaterThan(quantity('512Mi'))",
  "quantity('500m').add(quantity('500m')) == quantity('1')",
  "isQuantity('12Gi') && !isQuantity('twelve')",
  "url('https://example.com:8443/a?b=c').getHostname() == 'example.com'",
  "url('https://example.com:8443/a?b=c').getPort() == '8443'",
  "isURL('https://example.com') && !isURL('example')",
  "isIP('10.0.0.1') && cidr('10.0.0.0/8').containsIP('10.1.2.3')",
  "!cidr('10.0.0.0/8').containsIP(ip('11.0.0.1')) && ip('::1').family() == 6",
  "duration('1h') > duration('59m') && timestamp('2026-01-01T00:00:00Z').getFullYear() == 2026",
  'cel.bind(n, self.count, n * n) == 9',
  'self.missing == 1 || true',
  "dyn(self.labels) == {'app': 'x'}",
])('%s', (text) => {
  expect(evaluated(text)).toBe(true)
})

test.each([
  ['self.missing', 'no such key: missing'],
  ['self.names[7]', 'index out of bounds: 7'],
  ['self.count / 0', 'division by zero'],
  ["quantity('x').isInteger()", 'quantities must match the regular expression'],
])('%s says why it fails', (text, why) => {
  expect(() => evaluated(text)).toThrow(why)
})

test('a pattern made to backtrack costs no time', () => {
  expect(evaluated("self.matches('^(a+)+$')", `${'a'.repeat(5000)}!`)).toBe(false)
})

test('nested loops over large lists are refused before they run', () => {
  const self = Array.from({ length: 2000 }, (_none, index) => index)
  expect(() => evaluated('self.all(a, self.all(b, self.all(c, a + b + c >= 0)))', self)).toThrow(CostExceeded)
  expect(evaluated('self.all(a, a >= 0)', self)).toBe(true)
})

test('the budget is shared by the expressions of a request', () => {
  const budget = { left: 12 }
  const expression = compileExpression('self == 1 || self == 2')
  expression.evaluate({ self: 1n }, budget, [1])
  expect(() => expression.evaluate({ self: 1n }, budget, [1])).toThrow(CostExceeded)
})

test('a faulty expression is shown with the place of the fault', () => {
  const environment = checkingEnvironment().registerVariable('self', 'string')
  expect(checkExpression('self + foo', environment)).toEqual({
    fault:
      "compilation failed: ERROR: <input>:1:8: undeclared reference to 'foo' (in container '')\n | self + foo\n | .......^",
  })
  expect(checkExpression("self.matches('a')", environment)).toEqual({ type: 'bool' })
})
