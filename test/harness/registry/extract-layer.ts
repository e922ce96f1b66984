import { existsSync } from 'node:fs'
import { copyFile, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readTar, type TarEntry } from './tar.ts'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

/**
 * Lays a layer, a tar archive with or without gzip, over what is in the folder. Rejects for an entry that would leave
 * the folder, by its name or by a link; devices are left out.
 */
export async function extractLayer(layer: Buffer, folder: string): Promise<void> {
  const root = await realpath(folder)
  for (const entry of readTar(isCompressed(layer) ? gunzipSync(layer) : layer)) await extractEntry(entry, root)
}

function isCompressed(layer: Buffer): boolean {
  return layer[0] === 0x1f && layer[1] === 0x8b
}

async function extractEntry(entry: TarEntry, root: string): Promise<void> {
  const { path, type, content, mode } = entry
  if (isAbsolute(path) || path.split('/').includes('..')) throw new Error(`the layer leaves its folder: ${path}`)
  const target = resolve(root, path)
  if (target === root) return
  const parent = await placeOf(dirname(target), root)
  const place = join(parent, basename(target))
  if (basename(place).startsWith(WHITEOUT)) return removeCovered(place)
  if (type === 'folder') {
    if (!existsSync(place)) await mkdir(place, { recursive: true })
    else await placeOf(place, root)
    return
  }
  if (type === 'other') return
  // What is there may be a link: it is replaced, never written through.
  await rm(place, { recursive: true, force: true })
  if (type === 'file') await writeFile(place, content, { mode: mode | 0o600, flag: 'wx' })
  else if (type === 'hardLink') await copyFile(await placeOf(within(root, entry.target, root), root), place)
  else await symlink(relative(parent, within(parent, entry.target, root)) || '.', place)
}

/** The real place of a folder or file below the root; folders that are missing are made. */
async function placeOf(path: string, root: string): Promise<string> {
  if (!existsSync(path)) await mkdir(path, { recursive: true })
  const real = await realpath(path)
  if (real !== root && !real.startsWith(root + sep))
    throw new Error(`the layer leaves its folder: ${relative(root, path)}`)
  return real
}

/** Where a link from this folder leads, with the image's root as the root of all. */
function within(folder: string, target: string, root: string): string {
  const place = isAbsolute(target) ? join(root, target) : resolve(folder, target)
  if (place !== root && !place.startsWith(root + sep))
    throw new Error(`the layer leaves its folder: a link to ${target}`)
  return place
}

/** A later layer takes away what earlier ones had. */
async function removeCovered(place: string): Promise<void> {
  const name = basename(place)
  const covered = name === OPAQUE ? dirname(place) : join(dirname(place), name.slice(WHITEOUT.length))
  await rm(covered, { recursive: true, force: true })
  if (name === OPAQUE) await mkdir(covered, { recursive: true })
}
