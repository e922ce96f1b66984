import { expect, test } from 'vitest'
import { labelSelector } from './label-selector-text.ts'

test.each<[selector: string, why: string]>([
  ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  [',', "found ',', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a in 1', "unable to parse requirement: found '1' expected: '('"],
  ['a in (1', "unable to parse requirement: found '', expected: ',' or ')'"],
  [
    'a>x',
    "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
])('says what is wrong with %j', (selector, why) => expect(() => labelSelector(selector)).toThrow(why))

test.each<[selector: string, matches: boolean]>([
  ['a in ()', true],
  ['a in (,1)', true],
  ['in in (in)', true],
  [' a =  ', true],
  ['!a', false],
])('%j matches: %j', (selector, matches) => expect(labelSelector(selector)({ a: '', in: 'in' })).toBe(matches))
