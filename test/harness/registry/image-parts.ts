import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { writeTar } from './tar.ts'

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** What a manifest says about a blob. */
export const descriptorSchema = z.object({ mediaType: z.string(), digest: z.string(), size: z.number() })

export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
})

export const configSchema = z.looseObject({
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(z.string()) }),
  history: z.array(z.looseObject({})).optional(),
})

export type Manifest = z.infer<typeof manifestSchema>
export type Config = z.infer<typeof configSchema>

/** A layer as it is stored, and the digest of its content before compression. */
export interface Layer {
  blob: Buffer
  diffId: string
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

export function compressedLayer(tar: Buffer): Layer {
  return { blob: gzipSync(tar), diffId: digestOf(tar) }
}

/** One layer of plain files; a program `cp` that is none makes a copy from the image possible. */
export function filesLayer(files: Record<string, string | Buffer>, { withCopy }: { withCopy: boolean }): Layer {
  const all = { ...(withCopy ? { 'bin/cp': 'a made-up cp\n' } : {}), ...files }
  const entries = Object.entries(all).map(([path, content]) => ({
    path,
    content: Buffer.from(content),
    mode: path.startsWith('bin/') ? 0o755 : 0o644,
  }))
  return compressedLayer(writeTar(entries))
}

export const EMPTY_CONFIG: Config = { rootfs: { type: 'layers', diff_ids: [] } }

/** Puts a layer on top of an image. */
export function withLayer(
  { manifest, config }: { manifest: Pick<Manifest, 'layers'>; config: Config },
  { blob, diffId }: Layer,
): { manifest: Buffer; config: Buffer } {
  const { rootfs, history = [], ...rest } = config
  const added = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      ...rest,
      rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, diffId] },
      history: [...history, { created_by: 'test registry' }],
    }),
  )
  const descriptor = (mediaType: string, content: Buffer) => ({
    mediaType,
    digest: digestOf(content),
    size: content.length,
  })
  const described = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor(CONFIG_TYPE, added),
    layers: [...manifest.layers, descriptor(LAYER_TYPE, blob)],
  }
  return { manifest: Buffer.from(JSON.stringify(described)), config: added }
}
