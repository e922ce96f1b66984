import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const STAND_IN = fileURLToPath(new URL('crane-stand-in.ts', import.meta.url))

/** Makes a folder with an executable `crane`, which pushes to registries of this machine; the caller removes it. */
export async function craneFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crane-'))
  const path = join(folder, 'crane')
  await writeFile(path, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(STAND_IN)} "$@"\n`)
  await chmod(path, 0o755)
  return folder
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
