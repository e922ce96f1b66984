import type { createLocalCluster } from '@kaito/local-cluster'
import type { Sender } from '../../packages/controller-kit/src/testing/index.ts'
import type { Life } from './life.ts'
import { ConnectionLost, overWire, type Wire, type WireAnswer, type WireCall } from './wire.ts'

type InProcessCluster = ReturnType<typeof createLocalCluster>
type ApiCall = Parameters<Sender['send']>[0]
type Answer = Awaited<ReturnType<Sender['send']>>
type Served = Awaited<ReturnType<InProcessCluster['send']>>

/** Holds up what watches tell, per kind, and breaks them off. */
export interface WatchWeather {
  /** Resolves when the next event of that kind may reach the process; the caches of the process are as old as this is late. */
  clear(process: string, resource: string): Promise<void>
  /** The signal that breaks off the present watches of a process. */
  broken(process: string): AbortSignal
}

interface Options {
  cluster: InProcessCluster
  life: Life
  wire: Wire
  weather: WatchWeather
}

const WRITES = new Set(['create', 'update', 'patch', 'delete'])

/** How one process reaches the API server: what the server answers is the embedded server's own word. */
export function kubeSender({ cluster, life, wire, weather }: Options): Sender {
  return {
    async send(call, signal) {
      const place = { wire, life, signal }
      const watched = wireCall(call, life.name)
      if (call.verb === 'watch') return watch({ cluster, life, wire, weather }, call, signal)
      const answer = await overWire(place, watched, async () => {
        const served = await cluster.send(request(call))
        return { ...head(served), text: await textOf(served.body) }
      })
      return received(answer)
    },
    close: () => undefined,
  }
}

async function watch({ cluster, life, wire, weather }: Options, call: ApiCall, signal: AbortSignal): Promise<Answer> {
  const end = new AbortController()
  const leave = (reason: unknown) => end.abort(reason)
  const broken = weather.broken(life.name)
  signal.addEventListener('abort', () => leave(signal.reason), { once: true })
  broken.addEventListener('abort', () => leave(new ConnectionLost('terminated')), { once: true })
  life.onDeath(() => leave(new ConnectionLost('the process is dead')))
  let stream: Served | undefined
  const opened = overWire({ wire, life, signal: end.signal }, wireCall(call, life.name), async () => {
    const served = await cluster.send({ ...request(call), signal: end.signal })
    if (served.status < 300) stream = served
    return { ...head(served), text: stream ? '' : await textOf(served.body) }
  })
  const answer = await ofTheLiving(life, opened)
  if (!stream || answer.status >= 300) return received(answer)
  const { body } = stream
  const events = delayed(body, life, async () => {
    await weather.clear(life.name, call.resource)
    await life.running()
    end.signal.throwIfAborted()
  })
  return { statusCode: answer.status, headers: answer.headers, [Symbol.asyncIterator]: () => events }
}

/** The dead do not learn what became of their request. */
async function ofTheLiving<T>(life: Life, promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    await life.running()
    throw error
  }
}

async function* delayed(body: AsyncIterable<Buffer>, life: Life, mayCome: () => Promise<void>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) {
      await mayCome()
      yield chunk
    }
  } catch (error) {
    await life.running()
    throw error
  }
}

function request({ method, path, body, contentType = 'application/json' }: ApiCall) {
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return { method, path, headers: { accept: 'application/json', 'content-type': contentType }, ...content }
}

function wireCall({ verb, resource, path, body }: ApiCall, process: string): WireCall {
  const [plural = ''] = resource.split('/')
  const [, name, subresource] = new RegExp(`/${plural}/([^/?]+)(?:/([^?]+))?`).exec(path) ?? []
  const isSubresource = subresource !== undefined && !resource.includes('/')
  return {
    side: 'kube',
    process,
    verb,
    resource: isSubresource ? `${resource}/${subresource}` : resource,
    name: name ?? nameIn(body),
    isWrite: WRITES.has(verb),
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {},
  }
}

function nameIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('metadata' in body)) return undefined
  const { metadata } = body
  const isNamed = typeof metadata === 'object' && metadata !== null && 'name' in metadata
  return isNamed ? String(metadata.name) : undefined
}

function head({ status, headers }: Served) {
  return { status, headers }
}

function received({ status, headers, text }: WireAnswer): Answer {
  const chunks = [Buffer.from(text)]
  return {
    statusCode: status,
    headers,
    async *[Symbol.asyncIterator]() {
      yield* chunks
    },
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
