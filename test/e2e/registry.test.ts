import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { startCraneRegistry } from '../control-plane/registry.ts'
import { toolsOfRun } from '../control-plane/shared-planes.ts'
import { runProgram } from '../harness/run-program.ts'

const MAIN = fileURLToPath(new URL('../../packages/tuning-tools/src/main.ts', import.meta.url))
const { crane } = await toolsOfRun()
/** A second or so. */
const SOON = { PUSH_DEADLINE_HOURS: '0.0003' }

async function run(path: string, args: string[], more: Record<string, string> = {}): Promise<string> {
  const env = { PATH: process.env.PATH, ...more }
  const { code, out, err } = await runProgram(path, args, { env, timeout: 60_000 })
  expect({ code, err }).toMatchObject({ code: 0 })
  return out.trim()
}

/** Runs the tuning tools as their Pod does, with the real crane on the PATH. */
async function tools(folder: string, args: string[], more: Record<string, string> = {}) {
  const env = {
    PATH: `${join(crane, '..')}:${process.env.PATH}`,
    DOCKER_CONFIG: join(folder, 'docker'),
    TERMINATION_LOG: join(folder, 'last-word'),
    ...more,
  }
  const { code } = await runProgram(process.execPath, [MAIN, ...args], { env, timeout: 60_000 })
  return { code, lastWord: await readFile(join(folder, 'last-word'), 'utf8') }
}

/** A registry with a base image, and a folder with a packed adapter. */
async function site() {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-tuning-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const registry = await startCraneRegistry({ crane })
  onTestFinished(() => registry[Symbol.asyncDispose]())
  const at = (name: string) => join(folder, name)
  for (const name of ['root/bin', 'results', 'docker', 'exported']) await mkdir(at(name), { recursive: true })
  await writeFile(at('root/bin/cp'), '#!/bin/sh\n', { mode: 0o755 })
  await run('tar', ['-cf', at('base.tar'), '-C', at('root'), 'bin'])
  const base = `${registry.host}/base:1`
  await run(crane, ['append', `--new_layer=${at('base.tar')}`, `--new_tag=${base}`])
  const adapter = {
    'adapter_config.json': Buffer.from('{"peft_type": "LORA", "r": 8}'),
    'adapter_model.safetensors': Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256)),
  }
  for (const [name, bytes] of Object.entries(adapter)) await writeFile(at(`results/${name}`), bytes)
  const packing = await tools(folder, ['pack', '--from', at('results'), '--to', at('adapter.tar')])
  expect(packing).toMatchObject({ code: 0 })
  const push = (image: string, more?: { base?: string; env?: Record<string, string> }) =>
    tools(folder, ['push', '--layer', at('adapter.tar'), '--base', more?.base ?? base, '--image', image], more?.env)
  return { ...registry, at, adapter, push }
}

test('an adapter that was packed and pushed is an image with the very same files below /data, and with cp', async () => {
  const { host, at, adapter, push } = await site()
  const image = `${host}/team/adapter:v1`
  const { code, lastWord } = await push(image)
  expect({ code, lastWord }).toEqual({
    code: 0,
    lastWord: expect.stringMatching(new RegExp(`^pushed ${host}/team/adapter@sha256:[0-9a-f]{64}$`)),
  })
  await run(crane, ['export', image, at('image.tar')])
  await run('tar', ['-xf', at('image.tar'), '-C', at('exported')])
  for (const [name, bytes] of Object.entries(adapter)) {
    expect((await readFile(at(`exported/data/${name}`))).equals(bytes), name).toBe(true)
  }
  expect(await readFile(at('exported/bin/cp'), 'utf8')).toBe('#!/bin/sh\n')
  expect(await run(crane, ['digest', image])).toBe(lastWord.split('@')[1])
  // The same adapter is the same image.
  expect(await push(image)).toEqual({ code: 0, lastWord })
})

test("crane's words for what no attempt changes are understood", async () => {
  const { host, at, push } = await site()
  expect(await push(`${host}/Team/adapter:v1`)).toEqual({ code: 64, lastWord: expect.stringContaining('output.image') })
  const wrongBase = await push(`${host}/team/adapter:v1`, { base: `${host}/BASE:1` })
  expect(wrongBase).toEqual({ code: 64, lastWord: expect.stringContaining('the base image') })
  await rm(at('adapter.tar'))
  await mkdir(at('adapter.tar'))
  expect(await push(`${host}/team/adapter:v1`)).toMatchObject({ code: 65 })
})

test("crane's words for credentials that are refused are told from those for everything else", async () => {
  const { host, at, push } = await site()
  const server = createServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const refusing = `127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await push(`${refusing}/team/adapter:v1`, { env: SOON })).toEqual({
    code: 77,
    lastWord: expect.stringContaining('401'),
  })
  expect(await push(`${host}/team/adapter:v1`, { base: `${host}/none:1`, env: SOON })).toEqual({
    code: 75,
    lastWord: expect.stringContaining(`the base image ${host}/none:1 could not be read`),
  })
  await writeFile(at('docker/config.json'), 'no JSON')
  expect(await push(`${host}/team/adapter:v1`, { env: SOON })).toMatchObject({ code: 77 })
  await writeFile(at('docker/config.json'), '{}')
  expect(await push(`${host}/team/adapter:v1`)).toMatchObject({ code: 0 })
})
