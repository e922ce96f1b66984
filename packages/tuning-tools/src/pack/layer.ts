import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { pack as createTar, type Pack } from 'tar-stream'
import type { AdapterFile } from './adapter-files.ts'

/** Where inference looks for an adapter in an image. */
const FOLDER = 'data'

/** The same adapter is the same layer. */
const SAME = { mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' }

/** Writes a layer with these files, which is not there before it is whole. */
export async function writeLayer(files: AdapterFile[], path: string, signal: AbortSignal): Promise<void> {
  const unfinished = `${path}.part`
  try {
    await using file = await open(unfinished, 'w', 0o644)
    const tar = createTar()
    await Promise.all([drain(tar, file, signal), fill(tar, files)])
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true })
  }
}

/** By iteration, whose end also ends the tar, without an error that nobody listens for. */
async function drain(tar: AsyncIterable<unknown>, file: FileHandle, signal: AbortSignal): Promise<void> {
  for await (const chunk of tar) {
    signal.throwIfAborted()
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a tar is bytes')
    await file.writeFile(chunk)
  }
}

async function fill(tar: Pack, files: AdapterFile[]): Promise<void> {
  try {
    tar.entry({ ...SAME, name: `${FOLDER}/`, type: 'directory', mode: 0o755 })
    for (const { name, size, handle } of files) {
      const entry = tar.entry({ ...SAME, name: `${FOLDER}/${name}`, size, mode: 0o644 })
      await pipeline(handle.createReadStream({ start: 0, autoClose: false }), entry)
    }
    tar.finalize()
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}
