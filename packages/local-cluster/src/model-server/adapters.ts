import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface Adapter {
  name: string
  strength: number
}

const FILES = ['adapter_config.json', 'adapter_model.safetensors']

interface AdapterFolders {
  /** Names and folders of this machine; undefined for content that is not simulated. */
  folders: Map<string, string | undefined>
  env: Record<string, string>
}

/** The adapters that a server loads, or what the first faulty one lacks: a file, or its strength in a variable. */
export async function readAdapters({ folders, env }: AdapterFolders): Promise<Adapter[] | { missing: string }> {
  const adapters: Adapter[] = []
  for (const [name, folder] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const present = folder === undefined ? [] : await readdir(folder)
    const lost = FILES.find((file) => !present.includes(file))
    if (lost !== undefined) return { missing: `adapter ${name} has no ${lost}` }
    const text = env[name] ?? ''
    const strength = text.trim() === '' ? Number.NaN : Number(text)
    if (!(strength >= 0 && strength <= 1)) {
      return { missing: `the variable ${name} has to be the strength of that adapter, 0 to 1, but is "${text}"` }
    }
    adapters.push({ name, strength })
  }
  return adapters
}

/** Every folder directly below this one. */
export async function foldersBelow(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const name of await readdir(folder)) {
    if ((await stat(join(folder, name))).isDirectory()) found.set(name, join(folder, name))
  }
  return found
}

/** As answers name them: `a (0.5), b (1.0)`. */
export function adapterList(adapters: Adapter[]): string {
  return adapters
    .map(({ name, strength }) => `${name} (${Number.isInteger(strength) ? strength.toFixed(1) : strength})`)
    .join(', ')
}
