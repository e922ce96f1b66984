import { expect, test } from 'vitest'
import { type Command, readCommand } from './command-line.ts'

test.each<[line: string, command: Command]>([
  [
    'download --to /mnt/data -- https://e.io/a.csv https://e.io/b.csv?c=d',
    { name: 'download', to: '/mnt/data', urls: [new URL('https://e.io/a.csv'), new URL('https://e.io/b.csv?c=d')] },
  ],
  ['pack --from /mnt/results --to /a.tar', { name: 'pack', from: '/mnt/results', to: '/a.tar' }],
  [
    'push --layer /a.tar --base r.io/b:1 --image r.io/a:1',
    { name: 'push', layer: '/a.tar', base: 'r.io/b:1', image: 'r.io/a:1' },
  ],
])('reads: %s', (line, command) => {
  expect(readCommand(line.split(' '))).toEqual(command)
})

test.each<[line: string, named: string]>([
  ['', '"" is no command'],
  ['fetch', '"fetch" is no command'],
  ['download --to /d', 'no URL'],
  ['download -- https://e.io/a', '--to is missing'],
  ['download --to /d -- https://e.io/a secret-in-no-url', 'address 2 is no URL'],
  ['download --to /d --fast -- https://e.io/a', '--fast'],
  ['pack --to /a.tar', '--from is missing'],
  ['pack --from /a --to', '--to'],
  ['pack --from /a --to /b more', 'more'],
  ['push --layer /a --base b', '--image is missing'],
  ['push --layer /a --base= --image i', '--base is missing'],
])('refuses, with the name of what is wrong: %j', (line, named) => {
  const refusal = expect.objectContaining({ exitCode: 64, message: expect.stringContaining(named) })
  expect(() => readCommand(line.split(' '))).toThrow(refusal)
})

test('what is no URL is not repeated', () => {
  expect(() => readCommand(['download', '--to', '/d', '--', 'hunter2'])).not.toThrow('hunter2')
})
