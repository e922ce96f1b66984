import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { extractLayer } from './extract-layer.ts'
import { writeTar } from './tar.ts'

interface Entry {
  path: string
  /** As in the archive; a plain file without one. */
  type?: string
  target?: string
  content?: string
}

/** An archive with any kind of entry, also such as nobody should make. */
function archive(entries: Entry[]): Buffer {
  const parts = entries.map(({ path, type = '0', target = '', content = '' }) => {
    const one = writeTar([{ path, content: Buffer.from(content), mode: 0o644 }])
    one.write(type, 156)
    one.write(target, 157)
    return one.subarray(0, -1024)
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

let folder: string
let root: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layer-'))
  root = join(folder, 'root')
  await mkdir(root)
  await writeFile(join(folder, 'secret'), 'untouched')
})
afterEach(() => rm(folder, { recursive: true }))

test.each([
  ['a name with ..', [{ path: '../secret', content: 'x' }]],
  ['a name with .. further down', [{ path: 'a/../../secret', content: 'x' }]],
  ['an absolute name', [{ path: '/secret', content: 'x' }]],
  ['a link that leads out', [{ path: 'a', type: '2', target: '../secret' }]],
  [
    'a link through a link',
    [
      { path: 'd', type: '2', target: '.' },
      { path: 'd/x', type: '2', target: '../secret' },
    ],
  ],
  ['a hard link that leads out', [{ path: 'a', type: '1', target: '../secret' }]],
])('refuses %s', async (_what, entries) => {
  await expect(extractLayer(archive(entries), root)).rejects.toThrow('leaves its folder')
  expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('untouched')
  expect((await readdir(folder)).sort()).toEqual(['root', 'secret'])
})

test('replaces a link instead of writing through it', async () => {
  const entries = [
    { path: 'a', content: 'old' },
    { path: 'l', type: '2', target: 'a' },
    { path: 'l', content: 'new' },
  ]
  await extractLayer(archive(entries), root)
  expect([await readFile(join(root, 'a'), 'utf8'), await readFile(join(root, 'l'), 'utf8')]).toEqual(['old', 'new'])
})

test('lays out compressed files, folders and links of the image', async () => {
  const entries = [
    { path: './bin/', type: '5' },
    { path: './bin/busybox', content: 'program' },
    { path: './bin/cp', type: '2', target: '/bin/busybox' },
    { path: './bin/ls', type: '1', target: 'bin/busybox' },
    { path: './dev/null', type: '3' },
  ]
  await extractLayer(gzipSync(archive(entries)), root)
  expect(await readFile(join(root, 'bin/cp'), 'utf8')).toBe('program')
  expect(await readFile(join(root, 'bin/ls'), 'utf8')).toBe('program')
  expect(existsSync(join(root, 'dev/null'))).toBe(false)
})

test('takes away what a later layer covers', async () => {
  await extractLayer(archive([{ path: 'a/x' }, { path: 'a/y' }, { path: 'b/x' }]), root)
  await extractLayer(archive([{ path: 'a/.wh.x' }, { path: 'b/.wh..wh..opq' }]), root)
  expect([await readdir(join(root, 'a')), await readdir(join(root, 'b'))]).toEqual([['y'], []])
})
