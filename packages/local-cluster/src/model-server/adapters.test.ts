import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adapterList, foldersBelow, readAdapters } from './adapters.ts'

const CONFIG = 'adapter_config.json'
const MODEL = 'adapter_model.safetensors'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adapters-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function read(files: Record<string, string[]>, env: Record<string, string>) {
  for (const [name, list] of Object.entries(files)) {
    await mkdir(join(folder, name))
    for (const file of list) await writeFile(join(folder, name, file), '')
  }
  return readAdapters({ folders: await foldersBelow(folder), env })
}

test('loads every adapter with its strength', async () => {
  const adapters = await read({ b: [CONFIG, MODEL], a: [MODEL, CONFIG] }, { a: '0.5', b: '1' })
  expect(adapters).toEqual([
    { name: 'a', strength: 0.5 },
    { name: 'b', strength: 1 },
  ])
  expect('missing' in adapters ? '' : adapterList(adapters)).toBe('a (0.5), b (1.0)')
})

test('is content without any', async () => expect(await read({}, {})).toEqual([]))

test.each<[what: string, files: string[], env: Record<string, string>, named: string]>([
  ['its configuration', [MODEL], { a: '1' }, `adapter a has no ${CONFIG}`],
  ['its weights', [CONFIG], { a: '1' }, `adapter a has no ${MODEL}`],
  ['its strength', [CONFIG, MODEL], {}, 'variable a'],
  ['a strength up to 1', [CONFIG, MODEL], { a: '1.1' }, '"1.1"'],
  ['a strength from 0', [CONFIG, MODEL], { a: '-0.1' }, '"-0.1"'],
  ['a strength that is a number', [CONFIG, MODEL], { a: 'half' }, '"half"'],
  ['a strength that is not blank', [CONFIG, MODEL], { a: ' ' }, 'variable a'],
])('refuses an adapter without %s', async (_what, files, env, named) => {
  expect(Object(await read({ a: files }, env)).missing).toContain(named)
})

test('refuses an adapter whose content is not simulated', async () => {
  const refused = await readAdapters({ folders: new Map([['a', undefined]]), env: { a: '1' } })
  expect(Object(refused).missing).toContain(CONFIG)
})
