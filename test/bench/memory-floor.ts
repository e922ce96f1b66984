import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'
import { residentMB } from './measured-controller.ts'

/** What a controller cannot do without: a bundle that only loads these is the floor of its memory. */
const LIBRARIES: Record<string, string[]> = {
  'workspace-controller': ['@kubernetes/client-node', 'undici', 'pino', 'prom-client', 'zod'],
  'gpu-provisioner': [
    '@azure/arm-compute',
    '@azure/arm-containerservice',
    '@azure/identity',
    '@kubernetes/client-node',
    'undici',
    'pino',
    'prom-client',
    'zod',
  ],
}

/** Resident memory in MB of a process that loads a controller's libraries, bundled, and does nothing. */
export async function bundleFloors(bundles: Record<string, string>): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-floor-'))
  try {
    const floors = await Promise.all(
      Object.keys(bundles).map(async (name) => [name, await floor(name, folder)] as const),
    )
    return Object.fromEntries(floors)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function floor(name: string, folder: string): Promise<number> {
  const input = join(folder, `${name}.ts`)
  const imports = (LIBRARIES[name] ?? []).map((library, index) => `import * as library${index} from '${library}'`)
  const uses = (LIBRARIES[name] ?? []).map((_, index) => `library${index}`)
  const script = `${imports.join('\n')}\nglobalThis.loaded = [${uses}]\nsetInterval(() => undefined, 1000)\nconsole.log('{"ready":true}')\n`
  await writeFile(input, script)
  const bundle = await rolldown({ input, platform: 'node', resolve: { modules: moduleFolders(name) } })
  const file = join(folder, `${name}.mjs`)
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  const child = new NodeProcess({ name: `${name} floor`, script: file, logFile: join(folder, 'log') })
  await child.line((line) => jsonLine(line)?.ready)
  const resident = await residentMB(child.pid)
  await child.stop()
  return resident
}

/** Where each library is installed: with the package that may import it. */
function moduleFolders(name: string): string[] {
  const owners = ['controller-kit', 'cloud-azure', name]
  return owners.map((owner) => fileURLToPath(new URL(`../../packages/${owner}/node_modules`, import.meta.url)))
}
