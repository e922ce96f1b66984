import type { CONTROLLERS } from './bundle.ts'

export type ControllerName = (typeof CONTROLLERS)[number]

/** What each controller's image is called in a registry. */
const IMAGE_NAMES: Record<ControllerName, string> = {
  'workspace-controller': 'workspace',
  'gpu-provisioner': 'gpu-provisioner',
}

/** Programs that can build and push, in the order in which they are looked for. */
export const ENGINES = ['docker', 'podman', 'buildah'] as const
export type Engine = (typeof ENGINES)[number]

export interface ImageRequest {
  /** Registry with an optional path, without a tag. */
  registry: string
  platforms: string[]
  /** Another base than the Dockerfile's, best by digest. */
  base?: string | undefined
  /** Where the code comes from, and which commit. */
  source?: string | undefined
  revision?: string | undefined
  /** Stores provenance and a list of contents beside the image. */
  attest: boolean
}

export interface Image {
  controller: ControllerName
  tag: string
  /** File that the engine writes the digest of what it pushed into. */
  digestFile: string
}

export interface Command {
  program: string
  args: string[]
}

/** Name of the image in the registry. */
export function imageRepository({ registry }: Pick<ImageRequest, 'registry'>, controller: ControllerName): string {
  return `${registry}/${IMAGE_NAMES[controller]}`
}

/** What to run, in order, from the root of the repository to build one image and push it. */
export function imageCommands(engine: Engine, request: ImageRequest, image: Image): Command[] {
  const reference = `${imageRepository(request, image.controller)}:${image.tag}`
  const dockerfile = `deploy/images/${image.controller}.Dockerfile`
  const common = [
    ...['--file', dockerfile, '--platform', request.platforms.join(','), '--tag', reference],
    ...(request.base === undefined ? [] : ['--build-arg', `BASE=${request.base}`]),
    ...labels(request, image).flatMap((label) => ['--label', label]),
  ]
  if (engine === 'docker') {
    // Provenance names the time of the build: an image with it never has the same digest twice.
    const attestations = request.attest ? ['--provenance=mode=max', '--sbom=true'] : ['--provenance=false']
    const untimed = ['--build-arg', 'SOURCE_DATE_EPOCH=0']
    const args = ['buildx', 'build', '--push', ...common, ...untimed, ...attestations]
    return [{ program: engine, args: [...args, '--metadata-file', image.digestFile, '.'] }]
  }
  if (request.attest) throw new Error(`--attest needs docker buildx; ${engine} stores no provenance`)
  if (request.platforms.length > 1)
    throw new Error(`--platform: ${engine} builds one platform here; several need docker`)
  const own = ['--ignorefile', `${dockerfile}.dockerignore`, '--timestamp', '0']
  return [
    { program: engine, args: ['build', ...common, ...own, '.'] },
    { program: engine, args: ['push', '--digestfile', image.digestFile, reference] },
  ]
}

function labels({ base, source, revision }: ImageRequest, { tag }: Image): string[] {
  return Object.entries({
    version: tag,
    revision,
    source,
    'base.name': base?.split('@')[0],
    'base.digest': base?.split('@')[1],
  }).flatMap(([key, value]) => (value === undefined ? [] : [`org.opencontainers.image.${key}=${value}`]))
}

/** The digest in what an engine wrote into `digestFile`. */
export function pushedDigest(engine: Engine, written: string): string {
  const digest = engine === 'docker' ? metadataDigest(written) : written.trim()
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${engine} told no digest, but: ${written.trim()}`)
  return digest
}

function metadataDigest(written: string): string {
  const metadata: unknown = JSON.parse(written)
  const digest = metadata !== null && typeof metadata === 'object' ? { ...metadata } : {}
  return 'containerimage.digest' in digest ? String(digest['containerimage.digest']) : ''
}

const PLAIN = /^[\w@%+=:,./-]+$/

/** The command as a shell reads it. */
export function shellLine({ program, args }: Command): string {
  return [program, ...args].map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}
