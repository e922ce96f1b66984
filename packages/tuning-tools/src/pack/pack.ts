import { closeAll, openAdapter } from './adapter-files.ts'
import { writeLayer } from './layer.ts'

interface PackOptions {
  /** Folder that the trainer has written. */
  from: string
  /** The tar file to write. */
  to: string
  signal: AbortSignal
}

/**
 * Writes a layer with the files of an adapter, as it must be in an image.
 *
 * @returns one sentence on what was packed.
 * @throws Failure that says what the trainer must write.
 */
export async function pack({ from, to, signal }: PackOptions): Promise<string> {
  const files = await openAdapter(from)
  try {
    await writeLayer(files, to, signal)
  } finally {
    await closeAll(files)
  }
  return `packed ${files.map(({ name, size }) => `${name} (${size} bytes)`).join(', ')}`
}
