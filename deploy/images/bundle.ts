import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'rolldown'

/** Controllers that are shipped as images. */
export const CONTROLLERS = ['workspace-controller', 'gpu-provisioner'] as const

/** Everything that is shipped as an image: the controllers, and what runs in the Pods of Workspaces. */
export const IMAGES = [...CONTROLLERS, 'tuning-tools'] as const
export type ImageName = (typeof IMAGES)[number]

/**
 * What images start Node with: a small young generation keeps resident memory low. The old one must stay free to grow
 * with the cluster. No signal opens a debugger in a controller.
 */
export const NODE_FLAGS = ['--max-semi-space-size=2', '--optimize-for-size', '--disable-sigusr1'] as const

/**
 * The environment of images: with one heap of the C library for all threads, which do little, what one gave back is used
 * by the next.
 */
export const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '1' } as const

/** Large libraries of which the controllers use a part, and whose modules do nothing when they are loaded. */
const PICKED_FROM = /[\\/]node_modules[\\/]@(kubernetes|azure|typespec)[\\/]/
const KUBERNETES_CLIENT = /[\\/]@kubernetes[\\/]client-node[\\/]/

/**
 * Of the Kubernetes client only kubeconfig and authentication are used, which send nothing themselves: the HTTP library
 * behind the rest of it would be a third of a controller's memory.
 */
const withoutUnusedHttp: Plugin = {
  name: 'without-unused-http',
  resolveId: (source, importer) =>
    source === 'undici' && importer && KUBERNETES_CLIENT.test(importer) ? '\0unused-http' : undefined,
  load: (id) => (id === '\0unused-http' ? 'module.exports = {}' : undefined),
}

/** Writes one self-contained folder per controller; what it imports late becomes a chunk of its own there. */
export function bundleController(name: (typeof CONTROLLERS)[number]): Promise<string> {
  return bundle(placesOf(name))
}

/** Writes the folder of what an image runs, and answers the path of the script that starts it. */
export function bundleImage(name: ImageName): Promise<string> {
  // Pods of Workspaces name this script.
  return name === 'tuning-tools' ? bundle({ ...placesOf(name), script: 'tuning-tools.mjs' }) : bundleController(name)
}

function placesOf(name: ImageName) {
  return {
    input: fileURLToPath(new URL(`../../packages/${name}/src/main.ts`, import.meta.url)),
    dir: fileURLToPath(new URL(`../../dist/${name}`, import.meta.url)),
  }
}

interface BundleOptions {
  input: string
  /** Is emptied before. */
  dir: string
  /** File name of the result. */
  script?: string
  plugins?: Plugin[]
}

/** Bundles one script the way controllers are, and answers the path of the result. */
export async function bundle({ input, dir, script = 'main.mjs', plugins = [] }: BundleOptions): Promise<string> {
  await build({
    input,
    platform: 'node',
    plugins: [withoutUnusedHttp, ...plugins],
    treeshake: { moduleSideEffects: (id) => !PICKED_FROM.test(id) },
    output: {
      dir,
      format: 'esm',
      entryFileNames: script,
      cleanDir: true,
      // Names stay, for stack traces.
      minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    },
    logLevel: 'warn',
  })
  return `${dir}/${script}`
}

if (import.meta.main) for (const name of IMAGES) console.log(await bundleImage(name))
