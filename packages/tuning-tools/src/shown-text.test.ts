import { expect, test } from 'vitest'
import { shownText, shownUrl } from './shown-text.ts'

test.each<[what: string, text: string, shown: string]>([
  ['user and password in an address', 'Get "https://me:s3cret@r.io/v2/": EOF', 'Get "https://***@r.io/v2/": EOF'],
  ['a query', 'GET https://r.io/token?scope=a&sig=abc%3D: 401', 'GET https://r.io/token?*** 401'],
  ['a bearer token', 'Authorization: Bearer abcdef.ghi-jkl', 'Authorization: Bearer ***'],
  ['a basic token', 'header basic dXNlcjpwYXNz= sent', 'header basic *** sent'],
  ['a password in JSON', '{"username":"me","password":"s3cret"}', '{"username":"me","password":"***"}'],
  ['a token in JSON', '{"identitytoken": "abc", "a": 1}', '{"identitytoken": "***", "a": 1}'],
  ['a password in a form', 'grant=x&password=s3cret&y=1', 'grant=x&password=***&y=1'],
  ['a web token', 'got eyJhbGciOiJI.eyJzdWIiOiIx.c2ln here', 'got *** here'],
  ['all of a long token', `token=${'a'.repeat(20_000)}`, 'token=***'],
  [
    'the query of a long address',
    `https://r.io/${'a'.repeat(200)}?${'b'.repeat(9_000)}`,
    `https://r.io/${'a'.repeat(200)}?***`,
  ],
  ['nothing in plain words', 'incorrect username or password', 'incorrect username or password'],
  ['no digest', 'r.io/a@sha256:0cab79c9', 'r.io/a@sha256:0cab79c9'],
  ['line breaks', 'one\r\n  two\tthree\n', 'one two three'],
  ['what steers a terminal or turns text around', 'a\u001b[31mb\u202ec', 'a\u{fffd}[31mb\u{fffd}c'],
  ['what is too long', 'a'.repeat(5_000), `${'a'.repeat(600)}…`],
])('masks %s', (_what, text, shown) => {
  expect(shownText(text)).toBe(shown)
})

test('masks in linear time', () => {
  const begun = performance.now()
  for (const piece of ['https://', 'password', 'eyJ', 'token":', 'bearer ', 'a@', '?', 'eyJaaaaaaaa.']) {
    shownText(piece.repeat(16_384 / piece.length))
  }
  expect(performance.now() - begun).toBeLessThan(2_000)
})

test('shows an address without user, query and fragment', () => {
  expect(shownUrl(new URL('https://me:pw@e.io:8443/a/b.csv?sig=secret#part'))).toBe('https://e.io:8443/a/b.csv')
  expect(shownUrl(new URL(`https://e.io/${'a'.repeat(2_000)}`)).length).toBeLessThan(310)
})
