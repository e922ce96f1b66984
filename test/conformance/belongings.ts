import { isNotFound, type KubeClient, keyOf } from '../../packages/controller-kit/src/index.ts'
import type { RawKind, RawObject } from './cluster.ts'

interface Belonging {
  kind: RawKind
  name: string
  namespace: string | undefined
}

/**
 * What this run has made. Nothing else is ever deleted: an object counts as ours only while it has the label of the run,
 * and a deletion names the UID of what was read.
 */
export class Belongings {
  readonly #client: KubeClient
  readonly #label: { key: string; value: string }
  readonly #made: Belonging[] = []

  constructor(client: KubeClient, label: { key: string; value: string }) {
    this.#client = client
    this.#label = label
  }

  /** Noted before the request is sent: its answer may be lost. */
  create(kind: RawKind, object: RawObject): Promise<RawObject> {
    const { name, namespace } = object.metadata
    this.#made.push({ kind, name, namespace })
    const labels = { ...object.metadata.labels, [this.#label.key]: this.#label.value }
    return this.#client.create(kind, { ...object, metadata: { ...object.metadata, labels } })
  }

  has(kind: RawKind, name: string): boolean {
    return this.#made.some((made) => made.kind === kind && made.name === name)
  }

  async delete(kind: RawKind, name: string, namespace?: string): Promise<void> {
    const key = namespace === undefined ? { name } : { name, namespace }
    const stored = await this.#client.get(kind, key)
    if (stored?.metadata.labels?.[this.#label.key] !== this.#label.value) return
    await this.#client.delete(kind, key, { preconditions: { uid: stored.metadata.uid ?? '' } })
  }

  /** Deletes what is left, the latest first; Nodes go with their claims. */
  async giveBack(): Promise<void> {
    for (const { kind, name, namespace } of this.#made.toReversed()) await this.delete(kind, name, namespace)
  }

  /** What is still there, such as `NodeClaim cf1a2b3a`; claims that a NodePool made are asked for by `claimKind`. */
  async left(claimKind: RawKind): Promise<string[]> {
    const labelSelector = `${this.#label.key}=${this.#label.value}`
    const kinds = new Set([claimKind, ...this.#made.map(({ kind }) => kind)])
    const lists = [...kinds].map(async (kind) => {
      const objects = await this.#client.list(kind, { labelSelector }).catch((error: unknown) => {
        if (isNotFound(error)) return []
        throw error
      })
      return objects.map((object) => `${kind.kind} ${keyOf(object)}`)
    })
    return (await Promise.all(lists)).flat()
  }
}
