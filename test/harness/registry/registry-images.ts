import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DockerConfig, type ImageSource, type PulledImage, SIMULATED_IMAGES } from '@kaito/local-cluster'
import { z } from 'zod'
import { extractLayer } from './extract-layer.ts'
import { descriptorSchema, digestOf, manifestSchema } from './image-parts.ts'
import { type ImageReference, parseImage } from './image-reference.ts'
import { createRegistryClient, RegistryRefusal } from './registry-client.ts'

const indexSchema = z.object({
  manifests: z.array(
    descriptorSchema.extend({ platform: z.looseObject({ architecture: z.string(), os: z.string() }).optional() }),
  ),
})

/** Images with real content from some registries, and simulated ones from all others. */
export interface RegistryImages extends ImageSource {
  /** Takes away what was pulled. */
  remove(): Promise<void>
}

/** Pulls from these hosts over http, each `localhost:PORT` or `127.0.0.1:PORT`; unpacks an image once. */
export function registryImages(registryHosts: string[]): RegistryImages {
  const hosts = new Set(registryHosts.map(byAddress))
  const unpacked = new Map<string, Promise<string>>()
  const folders: string[] = []

  async function unpack(reference: ImageReference, configs: DockerConfig[]): Promise<string> {
    const client = createRegistryClient(reference, configs)
    const manifest = await platformManifest(client, reference.reference)
    const digest = digestOf(manifest)
    const known = unpacked.get(digest) ?? unpackLayers(client, manifest, folders)
    unpacked.set(digest, known)
    known.catch(() => unpacked.delete(digest))
    return known
  }

  return {
    async pull(image, configs) {
      const reference = parseImage(image)
      if (reference === undefined || !hosts.has(byAddress(reference.host))) {
        return SIMULATED_IMAGES.pull(image, configs)
      }
      return unpack(reference, configs).then(
        (root): PulledImage => ({ root }),
        (error: unknown) => ({ refusal: refusalOf(image, reference, error) }),
      )
    },
    async remove() {
      await Promise.allSettled(unpacked.values())
      for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A registry of this machine has two names. */
function byAddress(host: string): string {
  return host.replace(/^localhost:/, '127.0.0.1:')
}

type RegistryClient = ReturnType<typeof createRegistryClient>

/** The manifest itself, or the one that an index names for the machines of the simulation. */
async function platformManifest(client: RegistryClient, reference: string): Promise<Buffer> {
  const found = await client.manifest(reference)
  const index = indexSchema.safeParse(JSON.parse(found.toString('utf8')))
  if (!index.success) return found
  const isOurs = (platform?: { architecture: string; os: string }) =>
    platform?.architecture === 'amd64' && platform.os === 'linux'
  const entry = index.data.manifests.find(({ platform }) => isOurs(platform))
  if (entry === undefined) throw new Error('no match for platform in manifest: not found')
  return client.manifest(entry.digest)
}

async function unpackLayers(client: RegistryClient, manifest: Buffer, folders: string[]): Promise<string> {
  const { layers } = manifestSchema.parse(JSON.parse(manifest.toString('utf8')))
  const folder = await mkdtemp(join(tmpdir(), 'pulled-image-'))
  folders.push(folder)
  for (const { digest } of layers) {
    const layer = await client.blob(digest)
    if (digestOf(layer) !== digest) throw new Error(`failed size or digest validation of ${digest}`)
    await extractLayer(layer, folder)
  }
  return folder
}

/** In containerd's words. */
function refusalOf(image: string, { host, repository, reference }: ImageReference, error: unknown): string {
  const resolving = `failed to pull and unpack image "${image}": failed to resolve reference "${image}"`
  if (error instanceof RegistryRefusal) {
    if (error.status === 404) return `${resolving}: ${image}: not found`
    const denied = 'pull access denied, repository does not exist or may require authorization'
    if (error.status === 401) return `${resolving}: ${denied}: authorization failed: 401 Unauthorized`
    return `${resolving}: ${error.message}`
  }
  const why = error instanceof Error ? (error.cause ?? error) : error
  const url = `http://${host}/v2/${repository}/manifests/${reference}`
  return `${resolving}: failed to do request: Head "${url}": ${why instanceof Error ? why.message : String(why)}`
}
