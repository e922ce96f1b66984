import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { runProgram } from '../run-program.ts'
import { craneFolder } from './crane-folder.ts'
import { digestOf } from './image-parts.ts'
import { parseImage } from './image-reference.ts'
import { startRegistry } from './registry.ts'
import { registryImages } from './registry-images.ts'
import { writeTar } from './tar.ts'

const undo: (() => Promise<unknown>)[] = []
const credentials = { username: 'ada', password: 'secret' }

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function started(options: Parameters<typeof startRegistry>[0] = {}) {
  const registry = await startRegistry(options)
  undo.push(() => registry.stop())
  const images = registryImages([registry.host])
  undo.push(() => images.remove())
  return { registry, images, url: `http://${registry.host}` }
}

function configFor(host: string, password = credentials.password) {
  return { auths: { [host]: { auth: Buffer.from(`${credentials.username}:${password}`).toString('base64') } } }
}

async function rootOf(pulled: Promise<{ refusal: string } | { root: string | undefined }>): Promise<string> {
  const found = await pulled
  if ('refusal' in found || found.root === undefined) throw new Error(`nothing was pulled: ${JSON.stringify(found)}`)
  return found.root
}

test.each([
  ['127.0.0.1:5000/team/app:1', { host: '127.0.0.1:5000', repository: 'team/app', reference: '1' }],
  ['localhost:5000/app', { host: 'localhost:5000', repository: 'app', reference: 'latest' }],
  ['localhost:5000/app@sha256:ab', { host: 'localhost:5000', repository: 'app', reference: 'sha256:ab' }],
  ['localhost:5000/app:1@sha256:ab', { host: 'localhost:5000', repository: 'app', reference: 'sha256:ab' }],
  ['mcr.microsoft.com/a/b:1', { host: 'mcr.microsoft.com', repository: 'a/b', reference: '1' }],
  ['busybox', undefined],
  ['library/busybox:1', undefined],
])('reads the image name %s', (image, reference) => expect(parseImage(image)).toEqual(reference))

test('pulls an image that was placed', async () => {
  const { registry, images } = await started()
  const image = registry.put('team/adapter', { 'data/adapter_config.json': '{}' }, { tag: '1' })
  const root = await rootOf(images.pull(image, []))
  expect(await readFile(join(root, 'data/adapter_config.json'), 'utf8')).toBe('{}')
  expect(await readFile(join(root, 'bin/cp'), 'utf8')).not.toBe('')
  await rootOf(images.pull(image.replace('127.0.0.1', 'localhost'), []))
  const bare = await rootOf(images.pull(registry.put('bare', { 'data/a': '' }, { withCopy: false }), []))
  await expect(readFile(join(bare, 'bin/cp'))).rejects.toThrow('ENOENT')
})

test('pulls anew what was pushed again under the same tag', async () => {
  const { registry, images } = await started()
  for (const content of ['one', 'two']) {
    const root = await rootOf(images.pull(registry.put('app', { a: content }), []))
    expect(await readFile(join(root, 'a'), 'utf8')).toBe(content)
  }
})

test('leaves images of other registries to the simulation', async () => {
  const { images } = await started()
  expect(await images.pull('mcr.microsoft.com/aks/kaito/kaito-phi-2:1', [])).toEqual({ root: undefined })
  expect(await images.pull('registry.invalid/app:1', [])).toHaveProperty('refusal')
})

test.each([
  ['an image that is not there', 'nothing:1', ': not found'],
  ['another tag', 'app:2', ': not found'],
])('refuses %s as containerd does', async (_what, name, words) => {
  const { registry, images } = await started()
  registry.put('app', {}, { tag: '1' })
  expect(Object(await images.pull(`${registry.host}/${name}`, [])).refusal).toContain(words)
})

test('says that nobody answers', async () => {
  const { registry, images } = await started()
  await registry.stop()
  undo.splice(0, 1)
  expect(Object(await images.pull(`${registry.host}/app:1`, [])).refusal).toContain('ECONNREFUSED')
})

test('asks for credentials', async () => {
  const { registry, images, url } = await started({ credentials })
  const answer = await fetch(`${url}/v2/`)
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="test registry"'])
  const image = registry.put('app', { a: 'x' })
  expect(Object(await images.pull(image, [])).refusal).toContain('401 Unauthorized')
  expect(Object(await images.pull(image, [configFor(registry.host, 'wrong')])).refusal).toContain('401 Unauthorized')
  await rootOf(images.pull(image, [{}, configFor(registry.host)]))
})

test('takes the image of an index that fits the machines', async () => {
  const { registry, images, url } = await started()
  registry.put('app', { a: 'ours' }, { tag: 'amd64' })
  registry.put('app', { a: 'other' }, { tag: 'arm64' })
  const manifests = await Promise.all(
    ['arm64', 'amd64'].map(async (architecture) => {
      const answer = await fetch(`${url}/v2/app/manifests/${architecture}`)
      const digest = answer.headers.get('docker-content-digest') ?? ''
      const mediaType = answer.headers.get('content-type')
      return { mediaType, digest, size: (await answer.text()).length, platform: { architecture, os: 'linux' } }
    }),
  )
  const body = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })
  expect((await fetch(`${url}/v2/app/manifests/all`, { method: 'PUT', body })).status).toBe(201)
  const root = await rootOf(images.pull(`${registry.host}/app:all`, []))
  expect(await readFile(join(root, 'a'), 'utf8')).toBe('ours')
})

test('takes an upload in pieces, in one, and by what is there already', async () => {
  const { url } = await started()
  const start = () => fetch(`${url}/v2/app/blobs/uploads/`, { method: 'POST' })
  const at = (answer: Response) => `${url}${answer.headers.get('location')}`
  const digest = digestOf(Buffer.from('abcd'))
  const first = await fetch(at(await start()), { method: 'PATCH', body: 'ab', headers: { 'content-range': '0-1' } })
  expect([first.status, first.headers.get('range')]).toEqual([202, '0-1'])
  const wrong = await fetch(at(first), { method: 'PATCH', body: 'cd', headers: { 'content-range': '3-4' } })
  expect(wrong.status).toBe(416)
  const second = await fetch(at(first), { method: 'PATCH', body: 'cd', headers: { 'content-range': '2-3' } })
  expect((await fetch(`${at(second)}?digest=${digest}`, { method: 'PUT' })).status).toBe(201)
  expect(await (await fetch(`${url}/v2/app/blobs/${digest}`)).text()).toBe('abcd')
  const whole = digestOf(Buffer.from('x'))
  expect((await fetch(`${at(await start())}?digest=${whole}`, { method: 'PUT', body: 'x' })).status).toBe(201)
  const single = `${url}/v2/app/blobs/uploads/?digest=${digestOf(Buffer.from('y'))}`
  expect((await fetch(single, { method: 'POST', body: 'y' })).status).toBe(201)
  const mounted = `${url}/v2/other/blobs/uploads/?mount=${whole}&from=app`
  expect((await fetch(mounted, { method: 'POST' })).status).toBe(201)
})

test('refuses what does not fit together, with codes of the specification', async () => {
  const { registry, url } = await started()
  registry.put('app', {}, { tag: '1' })
  const code = async (path: string, init: RequestInit) => {
    const answer = await fetch(`${url}/v2/app/${path}`, init)
    const [first] = Object(await answer.json()).errors
    return [answer.status, first.code]
  }
  const { location } = Object.fromEntries((await fetch(`${url}/v2/app/blobs/uploads/`, { method: 'POST' })).headers)
  const upload = location?.replace('/v2/app/', '') ?? ''
  expect(await code(`${upload}?digest=sha256:0`, { method: 'PUT', body: 'x' })).toEqual([400, 'DIGEST_INVALID'])
  expect(await code('blobs/uploads/999', { method: 'PATCH', body: 'x' })).toEqual([404, 'BLOB_UPLOAD_UNKNOWN'])
  expect(await code('manifests/2', { method: 'PUT', body: '{' })).toEqual([400, 'MANIFEST_INVALID'])
  const known = Object(await (await fetch(`${url}/v2/app/manifests/1`)).json())
  const body = JSON.stringify({ ...known, layers: [{ ...known.config, digest: 'sha256:0' }] })
  expect(await code('manifests/2', { method: 'PUT', body })).toEqual([404, 'MANIFEST_BLOB_UNKNOWN'])
  expect(await code('tags/list', { method: 'DELETE' })).toEqual([405, 'UNSUPPORTED'])
})

test('lists tags', async () => {
  const { registry, url } = await started()
  registry.put('app', {}, { tag: 'b' })
  registry.put('app', {}, { tag: 'a' })
  expect(await (await fetch(`${url}/v2/app/tags/list`)).json()).toEqual({ name: 'app', tags: ['a', 'b'] })
  expect((await fetch(`${url}/v2/none/tags/list`)).status).toBe(404)
})

/** Runs the stand-in as the pusher does; the layer holds one file. */
async function crane(tag: string, { base = 'mcr.microsoft.com/base:1', config = {} } = {}) {
  const [tools, home] = await Promise.all([craneFolder(), mkdtemp(join(tmpdir(), 'docker-'))])
  for (const folder of [tools, home]) undo.push(() => rm(folder, { recursive: true }))
  const layer = join(home, 'layer.tar')
  await writeFile(layer, writeTar([{ path: 'data/a', content: Buffer.from('mine'), mode: 0o644 }]))
  await writeFile(join(home, 'config.json'), JSON.stringify(config))
  const args = ['append', '--base', base, '--new_layer', layer, '--new_tag', tag]
  return runProgram(join(tools, 'crane'), args, { env: { PATH: process.env.PATH, DOCKER_CONFIG: home } })
}

test('lets crane push a layer over a made-up base, and prints where it is', async () => {
  const { registry, images } = await started({ credentials })
  const image = `${registry.host}/team/tuned:1`
  const { code, out, err } = await crane(image, { config: configFor(registry.host) })
  expect([code, err]).toEqual([0, expect.stringContaining('pushed blob: sha256:')])
  expect(out).toMatch(new RegExp(`^${registry.host}/team/tuned@sha256:[0-9a-f]{64}\n$`))
  expect([...registry.files('team/tuned', '1').keys()].sort()).toEqual(['bin/cp', 'data/a'])
  const root = await rootOf(images.pull(out.trim(), [configFor(registry.host)]))
  expect(await readFile(join(root, 'data/a'), 'utf8')).toBe('mine')
})

test('lets crane push over a base of the registry, without what is there already', async () => {
  const { registry } = await started()
  const base = registry.put('base', { 'etc/x': 'base' })
  const { err } = await crane(`${registry.host}/base:2`, { base })
  expect(err).toContain('existing blob: sha256:')
  expect(registry.files('base', '2').get('etc/x')?.toString()).toBe('base')
})

test('fails crane with the words of the registry', async () => {
  const { registry } = await started({ credentials })
  const image = `${registry.host}/tuned:1`
  const refused = await crane(image, { config: configFor(registry.host, 'wrong') })
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/^Error: pushing image .*UNAUTHORIZED: /m)])
  registry.refusePushes(1)
  const config = configFor(registry.host)
  expect((await crane(image, { config })).err).toContain('UNAVAILABLE')
  expect((await crane(image, { config })).code).toBe(0)
})
