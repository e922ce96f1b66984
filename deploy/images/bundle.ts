import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

/** Controllers that are shipped as images. */
export const CONTROLLERS = ['workspace-controller', 'gpu-provisioner'] as const

/** Writes one self-contained folder per controller; what it imports late becomes a chunk of its own there. */
export async function bundleController(name: (typeof CONTROLLERS)[number]): Promise<string> {
  const dir = fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))
  await build({
    input: fileURLToPath(new URL(`../../packages/${name}/src/main.ts`, import.meta.url)),
    platform: 'node',
    output: { dir, format: 'esm', entryFileNames: 'main.mjs', cleanDir: true },
    logLevel: 'warn',
  })
  return `${dir}/main.mjs`
}

if (import.meta.main) for (const name of CONTROLLERS) console.log(await bundleController(name))
