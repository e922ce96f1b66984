import { expect, test } from 'vitest'
import { parseCurlArguments } from './curl-arguments.ts'

const URL = 'http://10.0.0.7/chat'

test('reads the command of the documentation', () => {
  const args = [
    '-X',
    'POST',
    URL,
    '-H',
    'accept: application/json',
    '-H',
    'Content-Type: application/json',
    '-d',
    '{"prompt":"hi"}',
  ]
  expect(parseCurlArguments(args)).toMatchObject({
    url: URL,
    method: 'POST',
    headers: [
      ['User-Agent', 'curl/8.10.1'],
      ['accept', 'application/json'],
      ['Content-Type', 'application/json'],
    ],
    body: '{"prompt":"hi"}',
  })
})

test.each<[rule: string, args: string[], request: object]>([
  ['gets by default', [URL], { method: 'GET', body: undefined, showError: true }],
  ['posts when there is data', ['-d', 'a=1', URL], { method: 'POST', body: 'a=1' }],
  ['joins data', ['-d', 'a=1', '--data', 'b=2', URL], { body: 'a=1&b=2' }],
  ['puts data into the query with -G', ['-G', '-d', 'a=1', URL], { method: 'GET', url: `${URL}?a=1`, body: undefined }],
  ['reads short flags together', ['-sSfL', URL], { showError: true, fail: true, followRedirects: true }],
  ['is silent with -s alone', ['-s', URL], { showError: false }],
  ['reads a value behind its letter', ['-XPUT', '-m5', URL], { method: 'PUT', maxTimeMs: 5000 }],
  ['reads a value after letters together', ['-sX', 'DELETE', URL], { method: 'DELETE', showError: false }],
  ['asks for the head with -I', ['-I', URL], { method: 'HEAD', include: true }],
  ['takes http for granted', ['ws/healthz'], { url: 'http://ws/healthz' }],
  [
    'reads how often to try again',
    ['--retry', '3', '--retry-delay', '2', '--retry-all-errors', URL],
    { retries: 3, retryDelayMs: 2000, retryAllErrors: true },
  ],
  ['takes the URL as a flag', ['--url', URL], { url: URL }],
])('%s', (_rule, args, request) => expect(parseCurlArguments(args)).toMatchObject(request))

test.each([
  ['without a URL', []],
  ['with an unknown flag', ['--nonsense', URL]],
  ['with an unknown letter', ['-s9', URL]],
  ['without the value of a flag', [URL, '-d']],
])('refuses to run %s', (_what, args) => expect(parseCurlArguments(args)).toMatchObject({ exitCode: 2 }))
