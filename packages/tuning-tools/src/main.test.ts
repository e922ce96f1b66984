import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from './testing/temporary-folder.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** Starts the program in a folder that holds its PATH and takes its last word. */
function start(folder: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { PATH: `${folder}:/usr/bin:/bin`, TERMINATION_LOG: join(folder, 'last-word'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.pipe(process.stderr)
  const ended = once(child, 'close').then(async ([code]) => ({
    code,
    lastLine: out.trimEnd().split('\n').at(-1),
    lastWord: await readFile(join(folder, 'last-word'), 'utf8').catch(() => undefined),
  }))
  return { child, ended }
}

async function run(args: string[], env?: Record<string, string>) {
  await using folder = await temporaryFolder()
  return await start(folder.path, args, env).ended
}

test.each<[code: number, words: string, args: string[], env?: Record<string, string>]>([
  [64, '"bake" is no command', ['bake']],
  [64, 'MAX_DATA_GIB', ['pack', '--from', '.', '--to', 'a.tar'], { MAX_DATA_GIB: 'much' }],
  [65, 'the trainer must write', ['pack', '--from', '.', '--to', 'a.tar']],
  [66, 'linkLocal', ['download', '--to', 'data', '--', 'http://169.254.169.254/']],
  [66, 'loopback', ['download', '--to', 'data', '--', 'http://localhost:1/']],
  [1, 'download failed: EEXIST', ['download', '--to', MAIN, '--', 'https://data.example.com/']],
])('ends with exit code %i, and says last: %s', async (code, words, args, env) => {
  const result = await run(args, env)
  expect(result).toMatchObject({ code, lastLine: expect.stringContaining(words) })
  expect(result.lastWord).toBe(result.lastLine)
})

test('fetches, packs and pushes', async () => {
  await using folder = await temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  const server = createServer((_request, response) => response.end('{"r": 8}')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/config.json?sig=hidden`
  const open = { ALLOW_ADDRESSES: '127.0.0.0/8' }
  const fetching = await start(folder.path, ['download', '--to', 'data', '--', url], open).ended
  expect(fetching).toMatchObject({ code: 0, lastWord: 'fetched 1 file, 8 bytes' })
  server.close()
  await mkdir(at('results'))
  await writeFile(at('results/adapter_config.json'), await readFile(at('data/01-config.json')))
  await writeFile(at('results/adapter_model.safetensors'), 'weights')
  const packing = await start(folder.path, ['pack', '--from', 'results', '--to', 'adapter.tar']).ended
  expect(packing).toMatchObject({ code: 0, lastWord: expect.stringMatching(/^packed adapter_config\.json/) })
  await writeFile(at('crane'), '#!/bin/sh\necho "$DOCKER_CONFIG $@"\n', { mode: 0o755 })
  const args = ['push', '--layer', 'adapter.tar', '--base', 'r.io/base:1', '--image', 'r.io/a:1']
  const { code, lastWord } = await start(folder.path, args, { DOCKER_CONFIG: '/mnt/docker' }).ended
  const words = 'pushed /mnt/docker append --base=r.io/base:1 --new_layer=adapter.tar --new_tag=r.io/a:1'
  expect({ code, lastWord }).toEqual({ code: 0, lastWord: words })
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it and crane', async (signal) => {
  await using folder = await temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  await writeFile(at('adapter.tar'), 'layer')
  // Ends by nothing less than a kill, and says when it is there.
  const script = `#!/bin/sh\ntrap '' TERM INT\necho $$ > ${at('pid.part')} && mv ${at('pid.part')} ${at('pid')}\nwhile :; do sleep 1; done\n`
  await writeFile(at('crane'), script, { mode: 0o755 })
  const args = ['push', '--layer', 'adapter.tar', '--base', 'r.io/base:1', '--image', 'r.io/a:1']
  const { child, ended } = start(folder.path, args)
  const written = () => readFile(at('pid'), 'utf8').catch(() => '')
  await expect.poll(written, { timeout: 20_000 }).toMatch(/\d/)
  const pid = Number(await written())
  child.kill(signal)
  const code = signal === 'SIGTERM' ? 143 : 130
  expect(await ended).toMatchObject({ code, lastWord: `ended by ${signal} before the work was done` })
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
