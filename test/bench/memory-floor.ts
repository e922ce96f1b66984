import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'
import { residentMB } from './measured-controller.ts'

/** What a controller cannot do without, with the package that imports it: loading these is the floor of its memory. */
const KIT = { 'controller-kit': ['@kubernetes/client-node', 'undici', 'pino', 'prom-client'], api: ['zod'] }
const LIBRARIES: Record<string, Record<string, string[]>> = {
  'workspace-controller': KIT,
  'gpu-provisioner': { ...KIT, 'cloud-azure': ['@azure/arm-containerservice', '@azure/identity'] },
}

/** Resident memory in MB of a process that loads a controller's libraries, bundled, and does nothing. */
export async function bundleFloors(): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-floor-'))
  try {
    const floors = await Promise.all(
      Object.entries(LIBRARIES).map(
        async ([name, libraries]) => [name, await floor(name, { folder, libraries })] as const,
      ),
    )
    return Object.fromEntries(floors)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function floor(name: string, { folder, libraries }: { folder: string; libraries: Record<string, string[]> }) {
  const owners = Object.fromEntries(
    Object.entries(libraries).flatMap(([owner, names]) => names.map((each) => [each, owner])),
  )
  const input = join(folder, `${name}.ts`)
  const imports = Object.keys(owners).map((library, index) => `import * as library${index} from '${library}'`)
  const loaded = Object.keys(owners).map((_, index) => `library${index}`)
  await writeFile(
    input,
    `${imports.join('\n')}\nglobalThis.loaded = [${loaded}]\nsetInterval(() => undefined, 1000)\nconsole.log('{"ready":true}')\n`,
  )
  const bundle = await rolldown({
    input,
    platform: 'node',
    plugins: [
      {
        name: 'libraries-of-their-owners',
        resolveId(source, importer) {
          const owner = owners[source]
          return importer === input && owner !== undefined
            ? this.resolve(source, fileURLToPath(new URL(`../../packages/${owner}/src/index.ts`, import.meta.url)))
            : undefined
        },
      },
    ],
  })
  const file = join(folder, `${name}.mjs`)
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  const child = new NodeProcess({
    name: `${name} floor`,
    script: file,
    logFile: join(folder, `${name}.log`),
    env: { NODE_DISABLE_COMPILE_CACHE: '1' },
  })
  await child.line((line) => jsonLine(line)?.ready)
  const resident = await residentMB(child.pid)
  await child.stop()
  return resident
}
