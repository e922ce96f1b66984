export interface CurlRequest {
  url: string
  method: string
  headers: [name: string, value: string][]
  body: string | undefined
  /** Whether failures are told; `-s` without `-S` is silent. */
  showError: boolean
  include: boolean
  verbose: boolean
  fail: boolean
  followRedirects: boolean
  output: string | undefined
  writeOut: string | undefined
  maxTimeMs: number | undefined
  retries: number
  retryDelayMs: number
  /** Otherwise only what passes by itself is tried again. */
  retryAllErrors: boolean
}

/** What curl says about arguments it does not take, with its exit code. */
interface CurlMisuse {
  exitCode: number
  message: string
}

const TRY_HELP = "curl: try 'curl --help' for more information"

/** Long names of the flags that are played, by short name. */
const SHORT: Record<string, string> = {
  X: 'request',
  H: 'header',
  d: 'data',
  s: 'silent',
  S: 'show-error',
  i: 'include',
  v: 'verbose',
  o: 'output',
  w: 'write-out',
  m: 'max-time',
  f: 'fail',
  L: 'location',
  G: 'get',
  I: 'head',
  k: 'insecure',
  A: 'user-agent',
}
const WITH_VALUE = new Set([
  ...['request', 'header', 'data', 'data-raw', 'data-binary', 'json', 'output', 'write-out', 'max-time'],
  ...['connect-timeout', 'url', 'user-agent', 'retry', 'retry-delay', 'retry-max-time'],
])
const SWITCHES = new Set([
  ...['silent', 'show-error', 'include', 'verbose', 'fail', 'fail-with-body', 'location', 'get', 'head', 'insecure'],
  ...['no-progress-meter', 'compressed', 'no-buffer', 'retry-connrefused', 'retry-all-errors', 'http1.1', 'globoff'],
])

type Options = Map<string, string[]>

/** Reads curl's command line as curl does: flags in any order, short ones together, values attached or apart. */
export function parseCurlArguments(args: string[]): CurlRequest | CurlMisuse {
  const options: Options = new Map()
  const put = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value])
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '-' || !arg.startsWith('-')) {
      put('url', arg)
      continue
    }
    const misuse = readFlag(arg, rest, put)
    if (misuse) return { exitCode: 2, message: `curl: ${misuse}\n${TRY_HELP}` }
  }
  return curlRequest(options)
}

function readFlag(arg: string, rest: string[], put: (name: string, value: string) => void): string | undefined {
  const names = arg.startsWith('--') ? [arg.slice(2)] : [...arg.slice(1)].map((letter) => SHORT[letter])
  for (const [position, name] of names.entries()) {
    if (name !== undefined && SWITCHES.has(name)) {
      put(name, '')
      continue
    }
    if (name === undefined || !WITH_VALUE.has(name)) return `option ${arg}: is unknown`
    const attached = arg.startsWith('--') ? '' : arg.slice(position + 2)
    const value = attached === '' ? rest.shift() : attached
    if (value === undefined) return `option ${arg}: requires parameter`
    put(name, value)
    return undefined
  }
  return undefined
}

function curlRequest(options: Options): CurlRequest | CurlMisuse {
  const last = (name: string) => options.get(name)?.at(-1)
  const given = last('url')
  if (given === undefined) return { exitCode: 2, message: `curl: (2) no URL specified\n${TRY_HELP}` }
  const data = ['data', 'data-raw', 'data-binary', 'json'].flatMap((name) => options.get(name) ?? []).join('&')
  const isQuery = options.has('get')
  const body = data !== '' && !isQuery ? data : undefined
  const seconds = Number(last('max-time') ?? last('connect-timeout'))
  return {
    url: withScheme(isQuery && data !== '' ? `${given}${given.includes('?') ? '&' : '?'}${data}` : given),
    method: last('request') ?? defaultMethod(options, body),
    headers: headersOf(options, body !== undefined),
    body,
    showError: options.has('show-error') || !options.has('silent'),
    include: options.has('include') || options.has('head'),
    verbose: options.has('verbose'),
    fail: options.has('fail') || options.has('fail-with-body'),
    followRedirects: options.has('location'),
    output: last('output'),
    writeOut: last('write-out'),
    maxTimeMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    retries: Number(last('retry') ?? 0),
    retryDelayMs: Number(last('retry-delay') ?? 1) * 1000,
    retryAllErrors: options.has('retry-all-errors'),
  }
}

function defaultMethod(options: Options, body: string | undefined): string {
  if (options.has('head')) return 'HEAD'
  return body === undefined ? 'GET' : 'POST'
}

function withScheme(url: string): string {
  return /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`
}

function headersOf(options: Options, sentBody: boolean): [string, string][] {
  const given = (options.get('header') ?? []).flatMap((header): [string, string][] => {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(header) ?? []
    return name === undefined ? [] : [[name, value ?? '']]
  })
  const isGiven = (name: string) => given.some(([each]) => each.toLowerCase() === name)
  const json = options.has('json')
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded'
  return [
    ...(isGiven('user-agent')
      ? []
      : [['User-Agent', options.get('user-agent')?.at(-1) ?? 'curl/8.10.1'] as [string, string]]),
    ...(isGiven('accept') ? [] : [['Accept', json ? 'application/json' : '*/*'] as [string, string]]),
    ...given,
    ...(sentBody && !isGiven('content-type') ? [['Content-Type', type] as [string, string]] : []),
  ]
}
