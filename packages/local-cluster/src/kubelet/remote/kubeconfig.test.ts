import { expect, test } from 'vitest'
import { readKubeconfig } from './kubeconfig.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

function kubeconfig(user: object, cluster: object = {}): string {
  return JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
  })
}

test('reads a token and the authority', () => {
  const text = kubeconfig({ token: 'secret' }, { 'certificate-authority-data': base64('CA') })
  expect(readKubeconfig(text)).toEqual({
    server: 'https://127.0.0.1:6443',
    token: 'secret',
    ca: 'CA',
    skipVerification: false,
  })
})

test('reads a client certificate', () => {
  const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') }
  expect(readKubeconfig(kubeconfig(user))).toMatchObject({ cert: 'CERT', key: 'KEY' })
})

test.each([
  ['a user who logs in by a program', kubeconfig({ exec: { command: 'az' } }), 'another program'],
  ['a context that does not exist', JSON.stringify({ 'current-context': 'nowhere' }), 'no context named "nowhere"'],
  ['a file whose place is not known', kubeconfig({ 'client-key': 'key.pem' }), 'absolute path'],
])('refuses %s', (_what, text, message) => expect(() => readKubeconfig(text)).toThrow(message))
