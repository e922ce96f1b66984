import { open, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { writeLayer } from './layer.ts'

const SIZE = 1_000_000

/** Writes a layer of one file whose size is taken to be another; answers what is left when that fails. */
async function failing(more: { size?: number; to?: string; signal?: AbortSignal }) {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'weights'), Buffer.alloc(SIZE))
  await using handle = await open(join(folder.path, 'weights'))
  const files = [{ name: 'weights', size: more.size ?? SIZE, handle }]
  const signal = more.signal ?? new AbortController().signal
  const error = await writeLayer(files, join(folder.path, more.to ?? 'layer.tar'), signal).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { error, left: await readdir(folder.path) }
}

test.each<[what: string, more: Parameters<typeof failing>[0], message: RegExp]>([
  ['a file that has grown', { size: SIZE - 70_000 }, /size/i],
  ['a file that has shrunk', { size: SIZE + 70_000 }, /size/i],
  ['no folder for it', { to: 'nowhere/layer.tar' }, /ENOENT/],
  ['an end before it began', { signal: AbortSignal.abort(new Error('told to stop')) }, /told to stop/],
])('nothing half done is left after %s', async (_what, more, message) => {
  const { error, left } = await failing(more)
  expect(error).toMatchObject({ message: expect.stringMatching(message) })
  expect(left).toEqual(['weights'])
})
