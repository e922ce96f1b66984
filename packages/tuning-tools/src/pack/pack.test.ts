import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { extract, type Header } from 'tar-stream'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { pack } from './pack.ts'

const CONFIG = 'adapter_config.json'
const WEIGHTS = 'adapter_model.safetensors'
const ADAPTER = { [CONFIG]: '{"r": 8}', [WEIGHTS]: 'weights'.repeat(50_000) }

async function adapterIn(folder: string, files: Record<string, string>): Promise<string> {
  const from = join(folder, 'results')
  await mkdir(from)
  for (const [name, text] of Object.entries(files)) await writeFile(join(from, name), text, { mode: 0o600 })
  return from
}

/** Packs what `make` has added to these files, and answers the bytes of the layer. */
async function layerOf(files: Record<string, string>, make?: (from: string) => Promise<unknown>) {
  await using folder = await temporaryFolder()
  const from = await adapterIn(folder.path, files)
  await make?.(from)
  const to = join(folder.path, 'adapter.tar')
  const said = await pack({ from, to, signal: new AbortController().signal }).catch(async (error: unknown) => {
    // A layer that is not whole must not be pushed.
    expect(await readdir(folder.path)).toEqual(['results'])
    throw error
  })
  return { said, bytes: await readFile(to) }
}

async function entriesOf(bytes: Buffer) {
  const tar = extract()
  tar.end(bytes)
  const entries: { header: Header; text: string }[] = []
  for await (const entry of tar) {
    entries.push({ header: entry.header, text: await text(entry) })
  }
  return entries
}

test('packs an adapter below data/, the same bytes each time', async () => {
  const more = { 'README.md': '# Adapter', 'checkpoint.bin': 'large', 'fine_tuning_completed.txt': '' }
  const { said, bytes } = await layerOf({ ...ADAPTER, ...more })
  const entries = await entriesOf(bytes)
  expect(entries.map(({ header: { name, mode, type }, text }) => [name, mode, type, text])).toEqual([
    ['data/', 0o755, 'directory', ''],
    ['data/README.md', 0o644, 'file', more['README.md']],
    [`data/${CONFIG}`, 0o644, 'file', ADAPTER[CONFIG]],
    [`data/${WEIGHTS}`, 0o644, 'file', ADAPTER[WEIGHTS]],
  ])
  for (const { header } of entries) expect(header).toMatchObject({ uid: 0, gid: 0, mtime: new Date(0) })
  expect(said).toBe(
    'packed README.md (9 bytes), adapter_config.json (8 bytes), adapter_model.safetensors (350000 bytes)',
  )
  expect((await layerOf({ ...more, ...ADAPTER })).bytes.equals(bytes)).toBe(true)
})

test('tar reads what was packed', async () => {
  await using folder = await temporaryFolder()
  const from = await adapterIn(folder.path, ADAPTER)
  const to = join(folder.path, 'adapter.tar')
  await pack({ from, to, signal: new AbortController().signal })
  await promisify(execFile)('tar', ['-xf', to, '-C', folder.path])
  for (const name of [CONFIG, WEIGHTS]) {
    expect(await readFile(join(folder.path, 'data', name))).toEqual(await readFile(join(from, name)))
  }
})

test('takes weights in the older format, and those in the newer one when both are there', async () => {
  const names = async (files: Record<string, string>) =>
    (await entriesOf((await layerOf(files)).bytes)).map(({ header }) => header.name)
  const older = { [CONFIG]: '{}', 'adapter_model.bin': 'weights' }
  expect(await names(older)).toEqual(['data/', `data/${CONFIG}`, 'data/adapter_model.bin'])
  expect(await names({ ...ADAPTER, ...older })).toEqual(['data/', `data/${CONFIG}`, `data/${WEIGHTS}`])
})

const { [CONFIG]: _config, ...withoutConfig } = ADAPTER
const pipe = (path: string) => promisify(execFile)('mkfifo', [path])

test.each<[what: string, files: Record<string, string>, words: string, make?: (from: string) => Promise<unknown>]>([
  ['nothing', {}, `${CONFIG} is missing`],
  ['no configuration', withoutConfig, `${CONFIG} is missing`],
  ['no weights', { [CONFIG]: '{}' }, `${WEIGHTS} is missing`],
  ['empty weights', { [CONFIG]: '{}', [WEIGHTS]: '' }, `${WEIGHTS} is empty`],
  ['no JSON', { ...ADAPTER, [CONFIG]: '{"r": ' }, `${CONFIG} is no JSON`],
  ['an empty configuration', { ...ADAPTER, [CONFIG]: '' }, `${CONFIG} is no JSON`],
  ['JSON that is no object', { ...ADAPTER, [CONFIG]: '[{}]' }, `${CONFIG} is no JSON object`],
  ['null', { ...ADAPTER, [CONFIG]: 'null' }, `${CONFIG} is no JSON object`],
  ['a huge configuration', { ...ADAPTER, [CONFIG]: `{"a":"${'a'.repeat(1024 ** 2)}"}` }, 'too large'],
  ['a linked configuration', withoutConfig, 'is a link', (from) => symlink('/etc/hostname', join(from, CONFIG))],
  ['linked weights', { [CONFIG]: '{}' }, 'is a link', (from) => symlink('/etc/hostname', join(from, WEIGHTS))],
  ['a linked README', ADAPTER, 'is a link', (from) => symlink('/etc/hostname', join(from, 'README.md'))],
  ['a folder', withoutConfig, 'is no regular file', (from) => mkdir(join(from, CONFIG))],
  ['a pipe', { [CONFIG]: '{}' }, 'is no regular file', (from) => pipe(join(from, WEIGHTS))],
])('says what the trainer must write when there is %s', async (_what, files, words, make) => {
  const packing = layerOf(files, make)
  await expect(packing).rejects.toMatchObject({
    exitCode: 65,
    message: expect.stringMatching(new RegExp(`${words}.*the trainer must write ${CONFIG} and ${WEIGHTS}`)),
  })
})

test('a folder that is not there has no adapter', async () => {
  const packing = pack({ from: '/nowhere', to: '/nowhere.tar', signal: new AbortController().signal })
  await expect(packing).rejects.toMatchObject({ exitCode: 65, message: expect.stringContaining('/nowhere/') })
})
