import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, NODE_ENVIRONMENT, NODE_FLAGS } from '../../deploy/images/bundle.ts'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'
import { residentMB } from './measured-controller.ts'

interface Library {
  name: string
  /** The package that may import it. */
  owner: string
  /** What is used of it. */
  uses: string[]
}

const SHARED: Library[] = [
  { name: 'node:https', owner: 'controller-kit', uses: ['Agent'] },
  { name: '@kubernetes/client-node', owner: 'controller-kit', uses: ['KubeConfig'] },
  { name: 'pino', owner: 'controller-kit', uses: ['pino'] },
  { name: 'prom-client', owner: 'controller-kit', uses: ['Registry', 'Counter', 'collectDefaultMetrics'] },
  { name: 'zod', owner: 'api', uses: ['z'] },
]
const AZURE: Library[] = [
  { name: '@azure/arm-containerservice', owner: 'cloud-azure', uses: ['ContainerServiceClient'] },
  { name: '@azure/identity', owner: 'cloud-azure', uses: ['WorkloadIdentityCredential', 'DefaultAzureCredential'] },
]
const LIBRARIES = { 'workspace-controller': SHARED, 'gpu-provisioner': [...SHARED, ...AZURE] }

/** Resident memory in MB of a process that loads what a controller uses of its libraries, bundled, and does nothing. */
export async function bundleFloors(): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-floor-'))
  try {
    const floors = Object.entries(LIBRARIES).map(
      async ([name, libraries]) => [name, await floor(join(folder, name), libraries)] as const,
    )
    return Object.fromEntries(await Promise.all(floors))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function floor(dir: string, libraries: Library[]): Promise<number> {
  const input = `${dir}.ts`
  await writeFile(input, loader(libraries))
  const ownersSource = (name: string) => {
    const owner = libraries.find((library) => library.name === name)?.owner
    return owner && fileURLToPath(new URL(`../../packages/${owner}/src/index.ts`, import.meta.url))
  }
  const script = await bundle({
    input,
    dir,
    plugins: [
      {
        name: 'libraries-of-their-owners',
        resolveId(source, importer) {
          const owner = importer === input ? ownersSource(source) : undefined
          return owner ? this.resolve(source, owner) : undefined
        },
      },
    ],
  })
  const child = new NodeProcess({
    name: 'memory floor',
    script,
    nodeFlags: NODE_FLAGS,
    logFile: `${dir}.log`,
    env: { NODE_DISABLE_COMPILE_CACHE: '1', ...NODE_ENVIRONMENT },
  })
  await child.line((line) => jsonLine(line)?.ready)
  const resident = await residentMB(child.pid)
  await child.stop()
  return resident
}

function loader(libraries: Library[]): string {
  const locals = libraries.map(({ uses }, library) => uses.map((use) => ({ use, local: `${use}${library}` })))
  const imports = libraries.map(({ name }, library) => {
    const uses = locals[library]?.map(({ use, local }) => `${use} as ${local}`).join(', ')
    return `import { ${uses} } from '${name}'`
  })
  const used = locals.flat().map(({ local }) => local)
  return `${imports.join('\n')}
globalThis.loaded = [${used.join(', ')}]
setInterval(() => undefined, 1000)
console.log('{"ready":true}')
`
}
