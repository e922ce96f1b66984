import type { ImageName } from './bundle.ts'

/** What each image is called in a registry; the chart looks for the tools beside the workspace controller. */
const REPOSITORIES: Record<ImageName, string> = {
  'workspace-controller': 'workspace',
  'gpu-provisioner': 'gpu-provisioner',
  'tuning-tools': 'tuning-tools',
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
  /** Another image to take crane from than the Dockerfile's, best by digest. */
  crane?: string | undefined
  /** Where the code comes from, and which commit. */
  source?: string | undefined
  revision?: string | undefined
  /** Stores provenance and a list of contents beside the image. */
  attest: boolean
}

export interface Image {
  name: ImageName
  tag: string
  /** File that the engine writes the digest of what it pushed into. */
  digestFile: string
}

export interface Command {
  program: string
  args: string[]
}

/** Name of the image in the registry. */
export function imageRepository({ registry }: Pick<ImageRequest, 'registry'>, name: ImageName): string {
  return `${registry}/${REPOSITORIES[name]}`
}

/** What to run, in order, from the root of the repository to build one image and push it. */
export function imageCommands(engine: Engine, request: ImageRequest, image: Image): Command[] {
  const reference = `${imageRepository(request, image.name)}:${image.tag}`
  const dockerfile = `deploy/images/${image.name}.Dockerfile`
  const common = [
    ...['--file', dockerfile, '--platform', request.platforms.join(','), '--tag', reference],
    ...buildArguments(request, image),
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

/** An image is told only of what it is made of: engines warn of the rest. */
function buildArguments({ base, crane }: ImageRequest, { name }: Image): string[] {
  const given = { BASE: base, CRANE: name === 'tuning-tools' ? crane : undefined }
  return Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : ['--build-arg', `${key}=${value}`],
  )
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
