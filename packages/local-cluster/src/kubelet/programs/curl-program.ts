import { request as httpRequest, type IncomingMessage } from 'node:http'
import { pause } from '../../cluster-clock.ts'
import { type CurlRequest, parseCurlArguments } from './curl-arguments.ts'
import type { ProgramContext } from './program.ts'

interface Answer {
  response: IncomingMessage
  body: string
}

/** A failure with curl's own exit code and words. */
class CurlFailure extends Error {
  readonly exitCode: number
  /** Whether curl itself thinks that another try may succeed. */
  readonly isPassing: boolean

  constructor(exitCode: number, message: string, { cause, isPassing = exitCode === TIMED_OUT }: FailureFacts = {}) {
    super(`curl: (${exitCode}) ${message}`, { cause })
    this.exitCode = exitCode
    this.isPassing = isPassing
  }
}

interface FailureFacts {
  cause?: unknown
  isPassing?: boolean
}

const MOST_REDIRECTS = 50
const TIMED_OUT = 28
const PASSING_STATUS = new Set([408, 429, 500, 502, 503, 504])

/** Plays curl: really sends the request, to Services and pods of the cluster only. */
export async function playCurl(args: string[], context: ProgramContext): Promise<number> {
  const asked = parseCurlArguments(args)
  if ('exitCode' in asked) {
    context.log(asked.message)
    return asked.exitCode
  }
  for (let left = asked.retries; ; left -= 1) {
    const failure = await tryOnce(asked, context)
    if (failure === undefined) return 0
    if (asked.showError) context.log(failure.message)
    const isWorthIt = asked.retryAllErrors || failure.isPassing
    if (left === 0 || !isWorthIt || context.signal.aborted) return failure.exitCode
    await pause(context.clock, asked.retryDelayMs, context.signal)
  }
}

async function tryOnce(asked: CurlRequest, context: ProgramContext): Promise<CurlFailure | undefined> {
  try {
    const answer = await ask(asked, context)
    const status = answer.response.statusCode ?? 0
    const failed = asked.fail && status >= 400
    print(asked, answer, { log: context.log, withBody: !failed })
    return failed
      ? new CurlFailure(22, `The requested URL returned error: ${status}`, { isPassing: PASSING_STATUS.has(status) })
      : undefined
  } catch (error) {
    if (!(error instanceof CurlFailure)) throw error
    return error
  }
}

async function ask(asked: CurlRequest, context: ProgramContext): Promise<Answer> {
  const give = AbortSignal.any([
    context.signal,
    ...(asked.maxTimeMs === undefined ? [] : [AbortSignal.timeout(asked.maxTimeMs)]),
  ])
  let current = asked
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await send(current, { ...context, signal: give })
    const { location } = answer.response.headers
    if (!asked.followRedirects || location === undefined) return answer
    const isRepeated = [307, 308].includes(answer.response.statusCode ?? 0)
    const next = { ...current, url: new URL(location, current.url).href }
    current = isRepeated ? next : { ...next, method: 'GET', body: undefined }
  }
  throw new CurlFailure(47, `Maximum (${MOST_REDIRECTS}) redirects followed`)
}

function target({ url }: CurlRequest): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined) throw new CurlFailure(3, 'URL rejected: Malformed input to a URL function')
  if (parsed.protocol === 'http:') return parsed
  const scheme = parsed.protocol.slice(0, -1)
  if (scheme !== 'https') throw new CurlFailure(1, `Protocol "${scheme}" not supported`)
  throw new CurlFailure(35, 'TLS is not simulated inside this cluster: use http')
}

async function send(asked: CurlRequest, { network, pod, signal }: ProgramContext): Promise<Answer> {
  const url = target(asked)
  const host = url.hostname
  const port = Number(url.port || 80)
  const found = network.resolve({ host, port, pod })
  if (found === 'unknownHost') throw new CurlFailure(6, `Could not resolve host: ${host}`)
  if (found === 'refused') {
    throw new CurlFailure(7, `Failed to connect to ${host} port ${port} after 0 ms: Could not connect to server`)
  }
  try {
    return await exchange({ asked, url, loopbackPort: found, signal })
  } catch (error) {
    if (!signal.aborted) throw new CurlFailure(52, 'Empty reply from server', { cause: error })
    const after = `${asked.maxTimeMs ?? 0} milliseconds with 0 bytes received`
    throw new CurlFailure(TIMED_OUT, `Operation timed out after ${after}`, { cause: error })
  }
}

interface Exchange {
  asked: CurlRequest
  url: URL
  loopbackPort: number
  signal: AbortSignal
}

function exchange({ asked, url, loopbackPort, signal }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: loopbackPort,
        path: `${url.pathname}${url.search}`,
        method: asked.method,
        headers: ['Host', url.host, ...asked.headers.flat()],
        signal,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => resolve({ response, body: Buffer.concat(chunks).toString('utf8') }))
      },
    )
    request.on('error', reject)
    request.end(asked.body)
  })
}

interface Printing {
  log: (text: string) => void
  withBody: boolean
}

function print(asked: CurlRequest, { response, body }: Answer, { log, withBody }: Printing): void {
  const head = headLines(response)
  const out: string[] = []
  if (asked.verbose) {
    const url = new URL(asked.url)
    out.push(`> ${asked.method} ${url.pathname}${url.search} HTTP/1.1`, `> Host: ${url.host}`)
    out.push(
      ...asked.headers.map(([name, value]) => `> ${name}: ${value}`),
      '>',
      ...head.map((line) => `< ${line}`),
      '<',
    )
  }
  if (asked.include) out.push(...head, '')
  if (withBody && asked.output === undefined && asked.method !== 'HEAD') out.push(body)
  const written = writeOut(asked.writeOut ?? '', { response, body })
  // curl prints what it is told to write right behind the body.
  if (written !== '') out.push(`${out.pop() ?? ''}${written}`)
  const text = out.join('\n')
  if (text !== '') log(text)
}

function headLines(response: IncomingMessage): string[] {
  const headers: string[] = []
  for (let position = 0; position < response.rawHeaders.length; position += 2) {
    headers.push(`${response.rawHeaders[position]}: ${response.rawHeaders[position + 1]}`)
  }
  return [`HTTP/1.1 ${response.statusCode} ${response.statusMessage ?? ''}`.trimEnd(), ...headers]
}

function writeOut(format: string, { response, body }: Answer): string {
  const variables: Record<string, string> = {
    http_code: String(response.statusCode ?? 0),
    response_code: String(response.statusCode ?? 0),
    content_type: response.headers['content-type'] ?? '',
    size_download: String(Buffer.byteLength(body)),
  }
  return format
    .replaceAll(/%\{(\w+)\}/g, (_all, name: string) => variables[name] ?? '')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
}
