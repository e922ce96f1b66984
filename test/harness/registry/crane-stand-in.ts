import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { DockerConfig } from '@kaito/local-cluster'
import {
  type Config,
  compressedLayer,
  configSchema,
  digestOf,
  EMPTY_CONFIG,
  filesLayer,
  type Layer,
  type Manifest,
  manifestSchema,
  withLayer,
} from './image-parts.ts'
import { type ImageReference, isLoopback, parseImage } from './image-reference.ts'
import { createRegistryClient } from './registry-client.ts'

type RegistryClient = ReturnType<typeof createRegistryClient>

interface Base {
  manifest: Pick<Manifest, 'layers'>
  config: Config
  /** What the target may lack of it. */
  blobs: Map<string, () => Promise<Buffer>>
}

/** Puts a layer over a base and pushes the result, with the words that crane prints. */
async function append(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: 'string', short: 'b' },
      new_layer: { type: 'string', short: 'f' },
      new_tag: { type: 'string', short: 't' },
    },
  })
  const { base = '', new_layer: file = '', new_tag: tag = '' } = values
  if (positionals.join() !== 'append') throw new Error(`this stand-in only knows append, not ${positionals.join(' ')}`)
  const target = parseImage(tag)
  if (target === undefined || !isLoopback(target.host)) {
    throw new Error(`this stand-in pushes only to a registry of this machine, not to ${tag}`)
  }
  const configs = [await dockerConfig()]
  const found = await baseImage(base, configs).catch((error: unknown) => {
    throw new Error(`pulling ${base}: ${wordsOf(error)}`, { cause: error })
  })
  const layer = compressedLayer(await readFile(file))
  const digest = await push({ base: found, layer, target }, createRegistryClient(target, configs)).catch(
    (error: unknown) => {
      throw new Error(`pushing image ${tag}: ${wordsOf(error)}`, { cause: error })
    },
  )
  process.stdout.write(`${target.host}/${target.repository}@${digest}\n`)
}

/** Docker's configuration, from where crane looks for it. */
async function dockerConfig(): Promise<DockerConfig> {
  const folder = process.env.DOCKER_CONFIG
  if (folder === undefined) return {}
  const { auths }: DockerConfig = Object(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')))
  return auths === undefined ? {} : { auths }
}

/** From a registry of this machine; any other image is an empty one with a program `cp` here. */
async function baseImage(image: string, configs: DockerConfig[]): Promise<Base> {
  const reference = parseImage(image)
  if (reference === undefined || !isLoopback(reference.host)) return madeUpBase()
  const client = createRegistryClient(reference, configs)
  const manifest = manifestSchema.parse(JSON.parse((await client.manifest(reference.reference)).toString('utf8')))
  const config = configSchema.parse(JSON.parse((await client.blob(manifest.config.digest)).toString('utf8')))
  const blobs = new Map(manifest.layers.map(({ digest }) => [digest, () => client.blob(digest)]))
  return { manifest, config, blobs }
}

function madeUpBase(): Base {
  const layer = filesLayer({}, { withCopy: true })
  const image = withLayer({ manifest: { layers: [] }, config: EMPTY_CONFIG }, layer)
  return {
    manifest: manifestSchema.parse(JSON.parse(image.manifest.toString('utf8'))),
    config: configSchema.parse(JSON.parse(image.config.toString('utf8'))),
    blobs: new Map([[digestOf(layer.blob), async () => layer.blob]]),
  }
}

interface Push {
  base: Base
  layer: Layer
  target: ImageReference
}

async function push({ base, layer, target }: Push, client: RegistryClient): Promise<string> {
  await client.ping()
  const image = withLayer(base, layer)
  const blobs = new Map([
    ...base.blobs,
    [digestOf(layer.blob), async () => layer.blob] as const,
    [digestOf(image.config), async () => image.config] as const,
  ])
  for (const [digest, read] of blobs) {
    const isThere = await client.hasBlob(digest)
    if (!isThere) await client.pushBlob(digest, await read())
    progress(`${isThere ? 'existing' : 'pushed'} blob: ${digest}`)
  }
  await client.pushManifest(target.reference, image.manifest)
  const digest = digestOf(image.manifest)
  const name = `${target.host}/${target.repository}:${target.reference}`
  progress(`${name}: digest: ${digest} size: ${image.manifest.length}`)
  return digest
}

function progress(text: string): void {
  const now = new Date().toISOString()
  process.stderr.write(`${now.slice(0, 10).replaceAll('-', '/')} ${now.slice(11, 19)} ${text}\n`)
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

append().catch((error: unknown) => {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
