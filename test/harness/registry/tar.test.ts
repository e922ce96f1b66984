import { expect, test } from 'vitest'
import { readTar, type TarEntry, writeTar } from './tar.ts'

const shown = ({ path, type, content, mode, target }: TarEntry) => [path, type, String(content), mode, target]
const file = (path: string, content: string) => ({ path, content: Buffer.from(content), mode: 0o644 })

/** The same archive with another type of its first entry. */
function retyped(archive: Buffer, type: string, target = ''): Buffer {
  const copy = Buffer.from(archive)
  copy.write(type, 156)
  copy.write(target, 157)
  return copy
}

/** Without the two empty blocks at the end, so that more can follow. */
const open = (archive: Buffer) => archive.subarray(0, -1024)

test('reads what it has written', () => {
  const archive = writeTar([file('data/a', 'x'.repeat(600)), { ...file('bin/cp', ''), mode: 0o755 }])
  expect(archive.length % 512).toBe(0)
  expect(readTar(archive).map(shown)).toEqual([
    ['data/a', 'file', 'x'.repeat(600), 0o644, ''],
    ['bin/cp', 'file', '', 0o755, ''],
  ])
})

test.each<[type: string, known: TarEntry['type']]>([
  ['1', 'hardLink'],
  ['2', 'symbolicLink'],
  ['3', 'other'],
  ['5', 'folder'],
])('knows entries of type %s', (type, known) => {
  const [entry] = readTar(retyped(writeTar([file('a', '')]), type, 'b'))
  expect(entry && [entry.type, entry.target]).toEqual([known, 'b'])
})

const LONG = `data/${'n'.repeat(200)}`

test('reads long names of GNU', () => {
  const name = retyped(writeTar([file('././@LongLink', `${LONG}\0`)]), 'L')
  expect(readTar(Buffer.concat([open(name), writeTar([file('data/nn', 'x')])])).map(shown)).toEqual([
    [LONG, 'file', 'x', 0o644, ''],
  ])
})

test('reads long names of POSIX for the next entry only', () => {
  const record = `${LONG.length + 10} path=${LONG}\n`
  const name = retyped(writeTar([file('PaxHeaders/x', record)]), 'x')
  const paths = readTar(Buffer.concat([open(name), writeTar([file('a', ''), file('b', '')])])).map(({ path }) => path)
  expect(paths).toEqual([LONG, 'b'])
})

test('refuses an archive that ends within an entry', () => {
  expect(() => readTar(writeTar([file('a', 'x'.repeat(600))]).subarray(0, 700))).toThrow('ends within')
})
