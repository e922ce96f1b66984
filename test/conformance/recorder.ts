import { type Cache, NODES, PODS } from '../../packages/controller-kit/src/index.ts'
import type { Cluster, RawKind, RawObject } from './cluster.ts'
import { readObject } from './seen-object.ts'
import type { Sighting, Timeline } from './timeline.ts'

interface RecorderOptions {
  cluster: Cluster
  kind: RawKind
  /** Of everything that this run makes. */
  labelSelector: string
  signal: AbortSignal
}

/** Remembers every state of our claims and pods, and of the Nodes that came since it began. */
export class Recorder {
  readonly #sightings: Record<'claims' | 'nodes' | 'pods', Sighting[]> = { claims: [], nodes: [], pods: [] }
  readonly #listeners = new Set<() => void>()
  readonly #signal: AbortSignal

  private constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  static async begin({ cluster, kind, labelSelector, signal }: RecorderOptions): Promise<Recorder> {
    const recorder = new Recorder(signal)
    const nodes = cluster.follow(NODES, undefined, signal)
    const followed = [nodes, cluster.follow(kind, labelSelector, signal), cluster.follow(PODS, labelSelector, signal)]
    await Promise.all(followed.map((cache) => cache.untilSynced(signal)))
    signal.throwIfAborted()
    const [, claims, pods] = followed
    // What was there before belongs to somebody else.
    recorder.#record('nodes', nodes, new Set(nodes.list().map(({ metadata }) => metadata.uid)))
    if (claims) recorder.#record('claims', claims)
    if (pods) recorder.#record('pods', pods)
    return recorder
  }

  #record(what: keyof Recorder['all'], cache: Cache<RawObject>, others: ReadonlySet<string | undefined> = new Set()) {
    cache.onChange(({ type, object }) => {
      if (others.has(object.metadata.uid)) return
      this.#sightings[what].push({ atMs: Date.now(), change: type, object: readObject(object) })
      for (const listener of this.#listeners) listener()
    })
  }

  get all(): Readonly<Record<'claims' | 'nodes' | 'pods', Timeline>> {
    return this.#sightings
  }

  claim(name: string): Timeline {
    return this.#sightings.claims.filter(({ object }) => object.metadata.name === name)
  }

  pod(name: string): Timeline {
    return this.#sightings.pods.filter(({ object }) => object.metadata.name === name)
  }

  /** Of the Node that has the provider ID of this claim. */
  nodeOf(claimName: string): Timeline {
    const providerID = this.claim(claimName).findLast(({ object }) => object.status.providerID)?.object.status
      .providerID
    const own = this.#sightings.nodes.find(({ object }) => providerID && object.spec.providerID === providerID)
    return this.#sightings.nodes.filter(({ object }) => own && object.metadata.uid === own.object.metadata.uid)
  }

  /** Waits until what was seen satisfies `look`; false when that did not happen in time. */
  async until(look: () => boolean, withinMs: number): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const check = () => {
      if (look()) resolve(true)
    }
    const onAbort = () => reject(this.#signal.reason)
    const timer = setTimeout(() => resolve(false), withinMs)
    this.#listeners.add(check)
    this.#signal.addEventListener('abort', onAbort, { once: true })
    try {
      this.#signal.throwIfAborted()
      check()
      return await promise
    } finally {
      clearTimeout(timer)
      this.#listeners.delete(check)
      this.#signal.removeEventListener('abort', onAbort)
    }
  }
}
