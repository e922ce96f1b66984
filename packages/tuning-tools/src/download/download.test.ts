import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { virtualClock } from '../testing/virtual-clock.ts'
import { DOWNLOAD_LIMITS, type DownloadOptions, download } from './download.ts'
import type { Resolve } from './guarded-agent.ts'

const LOOPBACK = [ipaddr.parseCIDR('127.0.0.0/8')]
const resolvesTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

async function serve(listener: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host?.split(':')[0]}${request.url}`)
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { port, asked, url: (path: string) => `http://127.0.0.1:${port}${path}`, [Symbol.asyncDispose]: close }
}

/** Downloads into a folder of its own; answers what is there and what was told. */
async function fetched(urls: string[], more: Partial<DownloadOptions> = {}) {
  await using folder = await temporaryFolder()
  const lines: string[] = []
  const clock = virtualClock()
  const options: DownloadOptions = {
    urls: urls.map((url) => new URL(url)),
    to: join(folder.path, 'data'),
    allowedRanges: LOOPBACK,
    mostBytes: 1_000,
    limits: DOWNLOAD_LIMITS,
    resolve: resolvesTo('127.0.0.1'),
    clock,
    signal: new AbortController().signal,
    tell: (line) => void lines.push(line),
    ...more,
  }
  const ended = await download(options).then(
    (said) => ({ said, error: undefined }),
    (error: unknown) => ({ said: undefined, error }),
  )
  const names = await readdir(options.to).catch(() => [])
  const files: Record<string, string> = {}
  for (const name of names) files[name] = await readFile(join(options.to, name), 'utf8')
  return { ...ended, files, lines, waits: clock.waits }
}

const failure = (exitCode: number, ...words: string[]) => ({
  error: expect.objectContaining({
    exitCode,
    message: expect.stringMatching(words.join('.*')),
  }),
  files: {},
})

test('fetches each file under a name of its own, and shows no query', async () => {
  await using server = await serve((request, response) => response.end(`body of ${request.url}`))
  const result = await fetched([server.url('/a.csv?sig=hidden'), server.url('/b.jsonl')])
  expect(result).toMatchObject({
    said: 'fetched 2 files, 41 bytes',
    files: { '01-a.csv': 'body of /a.csv?sig=hidden', '02-b.jsonl': 'body of /b.jsonl' },
    waits: [],
  })
  expect(result.lines.join()).toContain(`${server.port}/a.csv`)
  expect(result.lines.join()).not.toContain('hidden')
})

test('asks nothing of an address that is not public', async () => {
  await using server = await serve((_request, response) => response.end('secret'))
  for (const url of [
    server.url('/'),
    `http://[::ffff:127.0.0.1]:${server.port}/`,
    `http://2130706433:${server.port}/`,
  ]) {
    expect(await fetched([url], { allowedRanges: [] })).toMatchObject(failure(66, 'loopback', 'ALLOW_ADDRESSES'))
  }
  expect(server.asked).toEqual([])
})

test.each([
  ['127.0.0.1', 'loopback'],
  ['::ffff:10.0.0.1', 'private'],
  ['168.63.129.16', 'azure platform'],
  ['fe80::1%eth0', 'linkLocal'],
])('asks nothing of a name that leads to %s', async (address, why) => {
  await using server = await serve((_request, response) => response.end('secret'))
  const url = `http://data.example.com:${server.port}/a.csv`
  const result = await fetched([url], { allowedRanges: [], resolve: resolvesTo(address) })
  expect(result).toMatchObject(failure(66, 'data.example.com', why))
  expect(result.waits).toEqual([])
  expect(server.asked).toEqual([])
})

test('one address that is not public among others is enough', async () => {
  const result = await fetched(['http://data.example.com/a'], { resolve: resolvesTo('8.8.8.8', '10.0.0.1') })
  expect(result).toMatchObject(failure(66, 'data.example.com', 'private'))
})

test('row 66, S15: a name that changes its mind is judged by the address that is connected to', async () => {
  await using server = await serve((_request, response) => response.writeHead(503, { connection: 'close' }).end())
  const answers = ['127.0.0.1', '10.0.0.1']
  const resolve: Resolve = async (hostname) => resolvesTo(answers.shift() ?? '8.8.8.8')(hostname)
  const result = await fetched([`http://data.example.com:${server.port}/a.csv`], { resolve })
  expect(result).toMatchObject({ ...failure(66, 'data.example.com', 'private'), waits: [2_000] })
  expect(server.asked).toEqual(['data.example.com/a.csv'])
})

test('row 66, S15: each redirect is judged anew, by name and by address', async () => {
  await using inside = await serve((_request, response) => response.end('secret'))
  const targets: Record<string, string> = {
    '/address': `http://10.0.0.1:${inside.port}/`,
    '/name': `http://inside.example.com:${inside.port}/`,
    '/metadata': 'http://169.254.169.254/metadata/instance',
    '/file': 'file:///etc/passwd',
    '/user': `http://me:pw@127.0.0.1:${inside.port}/`,
  }
  await using server = await serve((request, response) =>
    response.writeHead(302, { location: targets[request.url ?? ''] }).end(),
  )
  const resolve = resolvesTo('192.168.1.1')
  for (const path of Object.keys(targets)) {
    expect(await fetched([server.url(path)], { resolve }), path).toMatchObject(failure(66, 'not allowed'))
  }
  expect(inside.asked).toEqual([])
})

test('follows five redirects, and no sixth', async () => {
  await using server = await serve((request, response) => {
    const left = Number(request.url?.slice(1))
    if (left === 0) response.end('there')
    else response.writeHead(307, { location: `/${left - 1}` }).end()
  })
  expect(await fetched([server.url('/5')])).toMatchObject({ files: { '01-5': 'there' } })
  expect(await fetched([server.url('/6')])).toMatchObject(failure(65, 'redirects more than 5 times'))
})

test('begins a broken file anew', async () => {
  let attempts = 0
  await using server = await serve((_request, response) => {
    attempts += 1
    if (attempts === 1) response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
    else if (attempts === 2) response.writeHead(503).end('later')
    else if (attempts === 3) response.writeHead(429, { 'retry-after': '30' }).end()
    else response.end('whole')
  })
  const result = await fetched([server.url('/a.csv?sig=hidden')])
  expect(result).toMatchObject({ files: { '01-a.csv': 'whole' }, waits: [2_000, 4_000, 30_000] })
  expect(result.lines.filter((line) => line.includes('next try'))).toEqual([
    expect.stringMatching(/\/a\.csv: .+; next try in 2 s$/),
    expect.stringMatching(/\/a\.csv: the server answered 503; next try in 4 s$/),
    expect.stringMatching(/\/a\.csv: the server answered 429; next try in 30 s$/),
  ])
})

test('gives up on a server that is not there, after three more tries', async () => {
  const server = await serve((_request, response) => response.end())
  await server[Symbol.asyncDispose]()
  const result = await fetched([server.url('/a.csv')])
  expect(result).toMatchObject({ ...failure(75, '/a.csv', 'tried 4 times'), waits: [2_000, 4_000, 8_000] })
})

test('gives up on a name without an address', async () => {
  const result = await fetched(['http://data.example.com/a'], { resolve: resolvesTo() })
  expect(result).toMatchObject(failure(75, 'no address for data.example.com'))
})

test.each([
  ['before', () => undefined],
  ['within', 'some'],
])('does not wait for ever for a server that falls silent %s the file', async (_when, first) => {
  await using server = await serve((_request, response) => {
    if (typeof first === 'string') response.writeHead(200, { 'content-length': '100' }).write(first)
  })
  const result = await fetched([server.url('/a.csv')], { limits: { ...DOWNLOAD_LIMITS, retries: 0, quietMs: 50 } })
  expect(result).toMatchObject(failure(75, '/a.csv', 'Timeout'))
})

test.each<[what: string, status: number, body: string, words: string]>([
  ['a missing file', 404, 'not found', 'answered 404'],
  ['a part of a file', 206, 'part', 'answered 206'],
  ['an empty file', 200, '', 'is empty'],
])('takes no %s', async (_what, status, body, words) => {
  await using server = await serve((_request, response) => response.writeHead(status).end(body))
  const result = await fetched([server.url('/a.csv')])
  expect(result).toMatchObject({ ...failure(65, '/a.csv', words), waits: [] })
})

test.each([
  ['announced', { 'content-length': '1001' }],
  ['not announced', { 'transfer-encoding': 'chunked' }],
])('takes no more data than allowed, %s', async (_how, headers) => {
  await using server = await serve((_request, response) => {
    response.writeHead(200, headers)
    for (let byte = 0; byte < 1_001; byte += 1) response.write('a')
    response.end()
  })
  expect(await fetched([server.url('/a.csv')])).toMatchObject(failure(65, '/a.csv', 'MAX_DATA_GIB'))
})

test('what is allowed is for all files together', async () => {
  await using server = await serve((_request, response) => response.end('a'.repeat(600)))
  const result = await fetched([server.url('/a.csv'), server.url('/b.csv')])
  expect(result).toMatchObject({
    ...failure(65, '/b.csv', 'all files together'),
    files: { '01-a.csv': 'a'.repeat(600) },
  })
})

test('stops when it is told to, and leaves nothing half done', async () => {
  const stop = new AbortController()
  await using server = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('some', () => stop.abort(new Error('stop')))
  })
  expect(await fetched([server.url('/a.csv')], { signal: stop.signal })).toMatchObject({
    error: expect.any(Error),
    files: {},
    waits: [],
  })
})
