import { constants, type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT, Failure } from '../failure.ts'

const CONFIG = 'adapter_config.json'
const WEIGHTS = ['adapter_model.safetensors', 'adapter_model.bin']
const README = 'README.md'

const MOST_CONFIG_BYTES = 1024 ** 2
const CONTRACT = `the trainer must write ${CONFIG} and ${WEIGHTS[0]} into its output_dir`

/** An open file of an adapter. */
export interface AdapterFile {
  name: string
  size: number
  handle: FileHandle
}

/**
 * Opens the files of an adapter, sorted by name; the caller closes them.
 *
 * @throws Failure that says what the trainer must write.
 */
export async function openAdapter(folder: string): Promise<AdapterFile[]> {
  const opened: AdapterFile[] = []
  const look = async (name: string) => {
    const file = await openRegular(folder, name)
    if (file) opened.push(file)
    return file
  }
  try {
    const config = await look(CONFIG)
    if (!config) throw unfit(`${join(folder, CONFIG)} is missing`)
    await mustBeObject(config)
    const weights = (await look(WEIGHTS[0] ?? '')) ?? (await look(WEIGHTS[1] ?? ''))
    if (!weights) throw unfit(`${join(folder, WEIGHTS[0] ?? '')} is missing`)
    if (weights.size === 0) throw unfit(`${weights.name} is empty`)
    await look(README)
    return opened.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}

export async function closeAll(files: AdapterFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()))
}

/** Opened before it is judged, so that nothing else can take its place. A pipe must not hold up the open either. */
async function openRegular(folder: string, name: string): Promise<AdapterFile | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(join(folder, name), flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    if (error.code === 'ELOOP') throw unfit(`${name} is a link`, error)
    throw unfit(`${name} cannot be read (${error.code})`, error)
  })
  if (!handle) return undefined
  const stat = await handle.stat()
  if (stat.isFile()) return { name, size: stat.size, handle }
  await handle.close()
  throw unfit(`${name} is no regular file`)
}

async function mustBeObject({ name, size, handle }: AdapterFile): Promise<void> {
  if (size >= MOST_CONFIG_BYTES) throw unfit(`${name} has ${size} bytes, which is too large for it`)
  const text = Buffer.alloc(size)
  await handle.read(text, 0, size, 0)
  const config = parsed(name, text.toString('utf8'))
  if (config === null || typeof config !== 'object' || Array.isArray(config)) throw unfit(`${name} is no JSON object`)
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unfit(`${name} is no JSON`, error)
  }
}

function unfit(what: string, cause?: unknown): Failure {
  return new Failure(EXIT.input, `there is no adapter to pack: ${what}; ${CONTRACT}`, { cause })
}
