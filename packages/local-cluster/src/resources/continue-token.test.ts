import { expect, test } from 'vitest'
import { continueToken, parsedContinueToken } from './continue-token.ts'

const encoded = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url')

test('reads what it wrote', () => {
  const place = { revision: 7, start: 'a\0' }
  expect(parsedContinueToken(continueToken(place))).toEqual(place)
})

test.each<[text: string, why: string]>([
  ['!', 'continue key is not valid: '],
  [encoded({ v: 'other', rv: 1, start: 'a' }), 'does not recognize this encoded version other'],
  [encoded({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }), 'incorrect encoded start resourceVersion'],
  [encoded({ v: 'meta.k8s.io/v1', rv: 1, start: '' }), 'encoded start key empty'],
])('refuses %s', (text, why) => expect(() => parsedContinueToken(text)).toThrow(why))
