import { afterAll, beforeAll, expect } from 'vitest'
import { type LocalClusterOptions, startLocalCluster } from '../local-cluster.ts'
import { createRawClient, type RawAnswer, type RawRequest } from './raw-client.ts'

/** A server without controllers and kubelet for all tests of a file. */
interface ServedCluster {
  send(method: string, path: string, request?: RawRequest): Promise<RawAnswer>
  /** Fails the test unless the answer is 201. */
  create(path: string, body: object): Promise<RawAnswer>
  mergePatch(path: string, body: object): Promise<RawAnswer>
}

export function serveCluster(options: LocalClusterOptions = {}): ServedCluster {
  const started = Promise.withResolvers<Awaited<ReturnType<typeof start>>>()
  beforeAll(async () => started.resolve(await start(options)))
  afterAll(async () => (await started.promise).stop())
  const send: ServedCluster['send'] = async (...call) => (await started.promise).client.send(...call)
  return {
    send,
    async create(path, body) {
      const answer = await send('POST', path, { body })
      expect(answer.code, JSON.stringify(answer.body)).toBe(201)
      return answer
    },
    mergePatch: (path, body) => send('PATCH', path, { body, contentType: 'application/merge-patch+json' }),
  }
}

async function start(options: LocalClusterOptions) {
  const cluster = await startLocalCluster({ controllers: false, kubelet: false, ...options })
  const client = createRawClient(cluster)
  return {
    client,
    async stop() {
      await client.close()
      await cluster.stop()
    },
  }
}

/** Metadata of the object in an answer. */
export function metadataOf({ body }: RawAnswer): Record<string, unknown> {
  return (body as { metadata: Record<string, unknown> }).metadata
}
