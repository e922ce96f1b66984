import { gunzipSync } from 'node:zlib'
import { digestOf, manifestSchema } from './image-parts.ts'
import { readTar } from './tar.ts'

/** Blobs, manifests and open uploads of a test registry, in memory. */
export class RegistryStore {
  readonly #blobs = new Map<string, Buffer>()
  readonly #manifests = new Map<string, { type: string; content: Buffer }>()
  readonly #tags = new Map<string, Map<string, string>>()
  readonly #uploads = new Map<string, Buffer>()
  #serial = 0

  blob(digest: string): Buffer | undefined {
    return this.#blobs.get(digest)
  }

  putBlob(content: Buffer): string {
    const digest = digestOf(content)
    this.#blobs.set(digest, content)
    return digest
  }

  startUpload(): string {
    this.#serial += 1
    const id = String(this.#serial)
    this.#uploads.set(id, Buffer.alloc(0))
    return id
  }

  /** Adds to an upload; the result is all of it until now, undefined for one that nobody has started. */
  addToUpload(id: string, content: Buffer): Buffer | undefined {
    const before = this.#uploads.get(id)
    if (before === undefined) return undefined
    const now = Buffer.concat([before, content])
    this.#uploads.set(id, now)
    return now
  }

  endUpload(id: string): void {
    this.#uploads.delete(id)
  }

  /** By tag or digest. */
  manifest(repository: string, reference: string): { type: string; content: Buffer; digest: string } | undefined {
    const digest = this.#tags.get(repository)?.get(reference) ?? reference
    const found = this.#manifests.get(`${repository}@${digest}`)
    return found && { ...found, digest }
  }

  putManifest(repository: string, reference: string, content: Buffer): string {
    const digest = digestOf(content)
    const { mediaType } = Object(JSON.parse(content.toString('utf8')))
    this.#manifests.set(`${repository}@${digest}`, { type: String(mediaType), content })
    const tags = this.#tags.get(repository) ?? new Map<string, string>()
    this.#tags.set(repository, tags)
    if (reference !== digest) tags.set(reference, digest)
    return digest
  }

  tags(repository: string): string[] | undefined {
    const tags = this.#tags.get(repository)
    return tags && [...tags.keys()].sort()
  }

  files(repository: string, tag: string): Map<string, Buffer> {
    const found = this.manifest(repository, tag)
    if (found === undefined) throw new Error(`there is no ${repository}:${tag}`)
    const files = new Map<string, Buffer>()
    for (const { digest } of manifestSchema.parse(JSON.parse(found.content.toString('utf8'))).layers) {
      const layer = this.blob(digest)
      if (layer === undefined) throw new Error(`${repository}:${tag} lacks its layer ${digest}`)
      for (const { path, type, content } of readTar(gunzipSync(layer))) if (type === 'file') files.set(path, content)
    }
    return files
  }
}
