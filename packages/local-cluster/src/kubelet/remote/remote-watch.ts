import type { Readable } from 'node:stream'
import type { KindRef, KubeObject, Selectors, WatchEvent } from '../../cluster-access.ts'
import { type ClusterClock, pause } from '../../cluster-clock.ts'
import { keyOfObject } from '../../object-address.ts'
import type { ApiConnection } from './api-connection.ts'
import { listRemotely } from './remote-list.ts'
import { collectionPath } from './resource-path.ts'

interface RemoteWatchOptions {
  connection: ApiConnection
  kind: KindRef
  selectors: Selectors
  listener: (event: WatchEvent) => void
  signal: AbortSignal
  clock: ClusterClock
  onFailure: (error: unknown) => void
}

const STREAM_SECONDS = '300'
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

/** Lists, then watches; after a lost connection it goes on from where it was, or lists again when that is forgotten. */
export async function watchRemotely(options: RemoteWatchOptions): Promise<void> {
  const { clock, signal, onFailure } = options
  const watch = new RemoteWatch(options)
  let failures = 0
  while (!signal.aborted) {
    try {
      await watch.proceed()
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      onFailure(error)
      watch.forgetPosition()
      await pause(clock, Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), signal)
      failures += 1
    }
  }
}

class RemoteWatch {
  readonly #options: RemoteWatchOptions
  readonly #known = new Map<string, KubeObject>()
  #position: string | undefined

  constructor(options: RemoteWatchOptions) {
    this.#options = options
  }

  forgetPosition(): void {
    this.#position = undefined
  }

  /** One list if the position is not known, then one stream to its end. */
  async proceed(): Promise<void> {
    const { connection, kind, selectors, signal } = this.#options
    this.#position ??= await this.#list()
    const { namespace, labelSelector, fieldSelector } = selectors
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: STREAM_SECONDS,
      resourceVersion: this.#position,
      labelSelector,
      fieldSelector,
    }
    const stream = await connection.stream({ method: 'GET', path: collectionPath(kind, namespace), query, signal })
    for await (const line of completeLines(stream)) this.#onLine(line)
  }

  async #list(): Promise<string> {
    const { connection, kind, selectors } = this.#options
    const { items, resourceVersion } = await listRemotely(connection, kind, selectors)
    const present = new Map(items.map((object) => [keyOfObject(object), object]))
    for (const [key, object] of this.#known) {
      if (present.get(key)?.metadata.uid !== object.metadata.uid) this.#tell({ type: 'DELETED', object })
    }
    for (const [key, object] of present) {
      const before = this.#known.get(key)
      if (before === undefined) this.#tell({ type: 'ADDED', object })
      else if (before.metadata.resourceVersion !== object.metadata.resourceVersion)
        this.#tell({ type: 'MODIFIED', object })
    }
    return resourceVersion
  }

  #onLine(line: string): void {
    const event: { type: string; object: KubeObject } = JSON.parse(line)
    if (event.type === 'ERROR') throw new Error(`the watch was refused: ${JSON.stringify(event.object)}`)
    this.#position = event.object.metadata.resourceVersion
    if (event.type === 'ADDED' || event.type === 'MODIFIED' || event.type === 'DELETED') {
      this.#tell({ type: event.type, object: event.object })
    }
  }

  #tell(event: WatchEvent): void {
    if (event.type === 'DELETED') this.#known.delete(keyOfObject(event.object))
    else this.#known.set(keyOfObject(event.object), event.object)
    this.#options.listener(event)
  }
}

/** Lines that came whole; half a line at the end of a broken stream is dropped and comes again. */
async function* completeLines(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield line
  }
}
