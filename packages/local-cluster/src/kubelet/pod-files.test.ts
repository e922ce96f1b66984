import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { SECRETS } from '../objects/kinds.ts'
import type { Container, VolumeMount } from '../objects/pod.ts'
import type { ImageSource } from './images/image-source.ts'
import { startKubelet } from './kubelet.ts'
import type { ProgramContext } from './programs/program.ts'
import { connectByKubeconfig } from './remote-access.ts'
import { podsPerTest } from './testing/played-pods.ts'

const start = podsPerTest()
const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

/** Prints every file below the paths of its arguments. */
async function look({ command, path, log }: ProgramContext): Promise<number> {
  for (const asked of command.slice(1)) {
    const folder = path(asked)
    if (folder === undefined || !existsSync(folder)) log(`${asked}: nothing`)
    else {
      const found = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      for (const file of files.sort()) log(`${file.replace(folder, asked)}: ${await readFile(file, 'utf8')}`)
    }
  }
  return 0
}

const chooseProgram = ({ command }: Container) => (command?.[0] === 'look' ? look : undefined)
const looking = (volumeMounts: VolumeMount[], command: string[] = ['look', '/v']) => [
  { name: 'main', image: 'x', command, volumeMounts },
]
const atV = looking([{ name: 'v', mountPath: '/v' }])
const simulation = { chooseProgram }

function images(found: Record<string, string | undefined>): ImageSource {
  return { pull: async (image) => (image in found ? { root: found[image] } : { refusal: `${image}: not found` }) }
}

test('shows a Secret, a ConfigMap and fields of the pod in volumes', async () => {
  const pods = await start({ simulation })
  await pods.secret('s', { user: 'ada', password: 'x' })
  await pods.configMap('c', { text: 'from config' })
  const fieldRef = { fieldPath: "metadata.annotations['kaito.sh/training-config']" }
  const downwardAPI = { items: [{ path: 'training_config.yaml', fieldRef }] }
  await pods.run('reader', {
    annotations: { 'kaito.sh/training-config': 'a: 1' },
    volumes: [
      { name: 's', secret: { secretName: 's', items: [{ key: 'user', path: 'who/name' }] } },
      { name: 'c', configMap: { name: 'c' } },
      { name: 'd', downwardAPI },
      { name: 'p', projected: { sources: [{ secret: { name: 's' } }, { configMap: { name: 'c' } }] } },
    ],
    containers: looking(
      ['s', 'c', 'd', 'p'].map((name) => ({ name, mountPath: `/${name}` })),
      ['look', '/s', '/c', '/d', '/p'],
    ),
  })
  const [projected, ...lines] = [
    ['/p/password: x', '/p/text: from config', '/p/user: ada'].join('\n'),
    '/s/who/name: ada',
    '/c/text: from config',
    '/d/training_config.yaml: a: 1',
  ]
  expect(await pods.log('reader')).toBe(`${[...lines, projected].join('\n')}\n`)
})

test.each([
  ['Secret', { secret: { secretName: 'late' } }, 'secret "late" not found'],
  ['ConfigMap', { configMap: { name: 'late' } }, 'configmap "late" not found'],
])('keeps a pod from starting until its %s appears, and says what it waits for', async (kind, source, message) => {
  const pods = await start({ simulation })
  await pods.create('patient', { volumes: [{ name: 'v', ...source }], containers: atV })
  expect(await pods.told('FailedMount')).toBe(`MountVolume.SetUp failed for volume "v" : ${message}`)
  await pods.waits('patient', 'ContainerCreating')
  if (kind === 'Secret') await pods.secret('late', { key: 'now' })
  else await pods.configMap('late', { key: 'now' })
  await pods.end('patient')
  expect(await pods.log('patient')).toBe('/v/key: now\n')
})

test('says which key of a Secret is missing', async () => {
  const pods = await start({ simulation })
  await pods.secret('s', { a: '1' })
  const secret = { secretName: 's', items: [{ key: 'b', path: 'b' }] }
  await pods.create('patient', { volumes: [{ name: 'v', secret }], containers: atV })
  expect(await pods.told('FailedMount')).toContain('references non-existent secret key: b')
})

test('starts without an optional Secret', async () => {
  const pods = await start({ simulation })
  const secret = { secretName: 'gone', optional: true }
  const end = await pods.run('reader', { volumes: [{ name: 'v', secret }], containers: atV })
  expect([end.exitCode, await pods.log('reader')]).toEqual([0, ''])
})

test('brings a changed Secret into the volume of a running container', async () => {
  const seen = Promise.withResolvers<void>()
  const waiting = async ({ path, signal }: ProgramContext) => {
    while (!signal.aborted) {
      const text = await readFile(path('/v/key') ?? '', 'utf8')
      if (text === 'old') seen.resolve()
      if (text === 'new') return 0
      await new Promise((resolve) => setImmediate(resolve))
    }
    return 1
  }
  const pods = await start({ simulation: { chooseProgram: () => waiting } })
  await pods.secret('s', { key: 'old' })
  await pods.create('reader', { volumes: [{ name: 'v', secret: { secretName: 's' } }], containers: atV })
  await seen.promise
  await pods.secret('s', { key: 'new' })
  expect((await pods.end('reader')).exitCode).toBe(0)
})

test('works through a kubeconfig as it does in process', async () => {
  const pods = await start({ kubelet: false })
  const stopping = new AbortController()
  const access = connectByKubeconfig(pods.cluster.kubeconfig)
  const { stopped } = await startKubelet({ access, signal: stopping.signal, chooseProgram, timings: { pullMs: 1 } })
  await pods.secret('s', { key: 'far' })
  await pods.run('reader', { volumes: [{ name: 'v', secret: { secretName: 's' } }], containers: atV })
  expect(await pods.log('reader')).toBe('/v/key: far\n')
  stopping.abort()
  await stopped
})

test('removes the files of a pod that has ended, and those of all pods when the kubelet stops', async () => {
  const found: (string | undefined)[] = []
  const note = ({ path, signal, command }: ProgramContext): Promise<number> => {
    found.push(path('/v'))
    return command[0] === 'end'
      ? Promise.resolve(0)
      : new Promise((resolve) => signal.addEventListener('abort', () => resolve(143)))
  }
  const pods = await start({ simulation: { chooseProgram: () => note } })
  const parts = (command: string) => ({
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: looking([{ name: 'v', mountPath: '/v' }], [command]),
  })
  await pods.run('ending', parts('end'))
  await pods.create('staying', parts('stay'))
  await expect.poll(() => found.length).toBe(2)
  await expect.poll(() => existsSync(found[0] ?? '/')).toBe(false)
  expect(existsSync(found[1] ?? '')).toBe(true)
  await pods.stop()
  expect(existsSync(dirname(found[1] ?? '/'))).toBe(false)
})

test('shares an emptyDir between containers, each with its own part of it', async () => {
  const root = await folderWith({ 'data/a.json': '{}', 'data/sub/b': 'b', 'bin/cp': '' })
  const pods = await start({ simulation: { chooseProgram, images: images({ adapter: root, x: undefined }) } })
  const end = await pods.run('copier', {
    volumes: [{ name: 'v', emptyDir: {} }],
    initContainers: [
      {
        name: 'copy',
        image: 'adapter',
        command: ['cp', '-r', '/data/.', '/mnt/adapter/one'],
        volumeMounts: [{ name: 'v', mountPath: '/mnt/adapter/one', subPath: 'one' }],
      },
    ],
    containers: atV,
  })
  expect(end.exitCode).toBe(0)
  expect(await pods.log('copier')).toBe('/v/one/a.json: {}\n/v/one/sub/b: b\n')
})

test('shows the content of an image volume, read-only', async () => {
  const root = await folderWith({ 'data/a': 'from the image' })
  const pods = await start({ simulation: { chooseProgram, images: images({ 'adapter:1': root, x: undefined }) } })
  const volumes = [{ name: 'v', image: { reference: 'adapter:1' } }]
  const mount = { name: 'v', mountPath: '/v', subPath: 'data' }
  await pods.run('reader', { volumes, containers: looking([mount]) })
  expect(await pods.log('reader')).toBe('/v/a: from the image\n')
  const end = await pods.run('writer', { volumes, containers: looking([mount], ['cp', '-r', '/v/.', '/v']) })
  expect(end.exitCode).toBe(1)
  expect(await pods.log('writer')).toBe("cp: can't create '/v': Read-only file system\n")
  await pods.create('lost', { volumes, containers: looking([{ ...mount, subPath: 'nothing' }]) })
  expect(await pods.waits('lost', 'CreateContainerError')).toContain('no such file or directory')
})

test('waits for the image of a volume as for that of a container', async () => {
  const pods = await start({ simulation: { images: images({ x: undefined }) } })
  const volumes = [{ name: 'v', image: { reference: 'gone' } }]
  await pods.create('patient', { volumes, containers: atV })
  expect(await pods.waits('patient', 'ImagePullBackOff')).toContain('gone: not found')
})

test.each([
  ['the folder', { 'bin/cp': '' }, 1, "cp: can't stat '/data/.': No such file or directory"],
  ['the program', { 'data/a': '' }, 128, 'exec: "cp": executable file not found in $PATH'],
])('fails a copy from an image without %s', async (_what, files, exitCode, message) => {
  const pods = await start({ simulation: { images: images({ adapter: await folderWith(files) }) } })
  const end = await pods.run('copier', {
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      {
        name: 'main',
        image: 'adapter',
        command: ['cp', '-r', '/data/.', '/v'],
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
    ],
  })
  expect(end).toMatchObject({ exitCode, reason: exitCode === 1 ? 'Error' : 'StartError' })
  expect(end.message).toContain(message)
})

test('does not create a container before the Secret of a variable is there', async () => {
  const pods = await start()
  const env = [{ name: 'WORD', valueFrom: { secretKeyRef: { name: 'late', key: 'word' } } }]
  await pods.create('patient', { containers: [{ name: 'main', image: 'x', command: ['sh', '-c', 'echo $WORD'], env }] })
  expect(await pods.waits('patient', 'CreateContainerConfigError')).toBe('secret "late" not found')
  await pods.secret('late', { word: 'spoken' })
  await pods.end('patient')
  expect(await pods.log('patient')).toBe('spoken\n')
})

test('heals a refused pull when its pull Secret becomes right', async () => {
  const guarded: ImageSource = {
    async pull(image, auths) {
      const isAllowed = auths.some(({ auths: known }) => known?.['registry.test']?.password === 'right')
      return isAllowed ? { root: undefined } : { refusal: `${image}: 401 Unauthorized` }
    },
  }
  const pods = await start({ simulation: { images: guarded } })
  const config = (password: string) => ({
    '.dockerconfigjson': JSON.stringify({ auths: { 'registry.test': { username: 'u', password } } }),
  })
  const imagePullSecrets = [{ name: 'pull' }]
  await pods.create('guarded', {
    imagePullSecrets,
    containers: [{ name: 'main', image: 'private', command: ['true'] }],
  })
  expect(await pods.told('FailedToRetrieveImagePullSecret')).toContain('(pull)')
  await pods.waits('guarded', 'ErrImagePull')
  await pods.secret('pull', config('wrong'), 'kubernetes.io/dockerconfigjson')
  expect(await pods.waits('guarded', 'ImagePullBackOff')).toContain('401 Unauthorized')
  await pods.access.delete(SECRETS, { name: 'pull', namespace: 'default' })
  await pods.secret('pull', config('right'), 'kubernetes.io/dockerconfigjson')
  expect((await pods.end('guarded')).exitCode).toBe(0)
})
