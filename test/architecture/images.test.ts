import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { CONTROLLERS, IMAGES, NODE_ENVIRONMENT, NODE_FLAGS } from '../../deploy/images/bundle.ts'
import { withImage } from '../../deploy/images/chart-values.ts'
import { type Engine, imageCommands, pushedDigest, shellLine } from '../../deploy/images/image-commands.ts'
import { readRequest } from '../../deploy/images/image-request.ts'
import { installCommands } from '../../deploy/images/install-commands.ts'
import { CRANE_VERSION } from '../control-plane/tools.ts'
import { ROOT } from './module-graph.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

/** Instructions of a Dockerfile, with continued lines joined. */
function instructions(image: string): string[] {
  return readFileSync(join(ROOT, `deploy/images/${image}.Dockerfile`), 'utf8')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

const all = (image: string, instruction: string) =>
  instructions(image).flatMap((line) =>
    line.startsWith(`${instruction} `) ? [line.slice(instruction.length + 1).trim()] : [],
  )

test.each(CONTROLLERS)('the image of the %s starts its bundle as the benchmark does', (controller) => {
  expect(all(controller, 'ENTRYPOINT').map((text): unknown => JSON.parse(text))).toEqual([
    ['/nodejs/bin/node', ...NODE_FLAGS, '/app/main.mjs'],
  ])
  expect(all(controller, 'CMD')).toEqual([])
  expect(all(controller, 'ENV')).toEqual(Object.entries(NODE_ENVIRONMENT).map(([name, value]) => `${name}=${value}`))
})

test.each(CONTROLLERS)('the image of the %s holds the bundle alone, and root runs nothing', (controller) => {
  expect(all(controller, 'FROM')).toEqual([expect.stringMatching(/^\$\{BASE\}$/)])
  expect(all(controller, 'ARG')).toEqual([expect.stringMatching(/^BASE=\S+\/nodejs24-\S+:nonroot$/)])
  expect(all(controller, 'COPY')).toEqual([`--chmod=0555 dist/${controller} /app`])
  expect(all(controller, 'USER')).toEqual(['65532:65532'])
  const known = ['ARG', 'FROM', 'LABEL', 'COPY', 'ENV', 'USER', 'ENTRYPOINT']
  expect(instructions(controller).filter((line) => !known.includes(line.split(' ')[0] ?? ''))).toEqual([])
})

test('the image of the tuning tools starts what Pods name, finds node and crane, and root runs nothing', () => {
  const tools = 'tuning-tools'
  expect(all(tools, 'FROM')).toEqual([
    expect.stringMatching(/^\$\{CRANE\} AS crane$/),
    expect.stringMatching(/^\$\{BASE\}$/),
  ])
  expect(all(tools, 'ARG')).toEqual([
    ...all('workspace-controller', 'ARG'),
    expect.stringMatching(/^CRANE=\S+\/crane:v\S+$/),
  ])
  expect(all(tools, 'COPY')).toEqual([
    '--from=crane --chmod=0555 /ko-app/crane /usr/local/bin/crane',
    '--chmod=0555 dist/tuning-tools /app',
  ])
  expect(all(tools, 'ENV')).toEqual(['PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin'])
  expect(all(tools, 'USER')).toEqual(['65532:65532'])
  expect(all(tools, 'ENTRYPOINT').map((text): unknown => JSON.parse(text))).toEqual([['node', '/app/tuning-tools.mjs']])
  const known = ['ARG', 'FROM', 'LABEL', 'COPY', 'ENV', 'USER', 'ENTRYPOINT']
  expect(instructions(tools).filter((line) => !known.includes(line.split(' ')[0] ?? ''))).toEqual([])
})

test('the image of the tuning tools holds the crane that end-to-end tests push with', () => {
  expect(all('tuning-tools', 'ARG').at(-1)).toMatch(new RegExp(`:v${CRANE_VERSION}$`))
})

test.each(IMAGES)('nothing but the bundle of the %s is sent to a build', (name) => {
  const rules = readFileSync(join(ROOT, `deploy/images/${name}.Dockerfile.dockerignore`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(rules).toEqual(['*', `!dist/${name}`])
})

const image = { name: 'workspace-controller', tag: '1.2.3', digestFile: 'out' } as const
const dockerfile = 'deploy/images/workspace-controller.Dockerfile'
const label = '--label org.opencontainers.image'

test.each<[rule: string, engine: Engine, args: string[], commands: string[]]>([
  [
    'docker builds and pushes in one step',
    'docker',
    ['--push', 'example.azurecr.io'],
    [
      `docker buildx build --push --file ${dockerfile} --platform linux/amd64 --tag example.azurecr.io/workspace:1.2.3 ` +
        `${label}.version=1.2.3 --build-arg SOURCE_DATE_EPOCH=0 --provenance=false --metadata-file out .`,
    ],
  ],
  [
    'a release names base and source, and stores attestations for both architectures',
    'docker',
    [
      ...['--push', 'ghcr.io/me/kaito', '--platform', 'linux/amd64,linux/arm64', '--attest'],
      ...['--base', `example.io/node:24@${DIGEST}`, '--source', 'https://example.io/me/kaito'],
    ],
    [
      `docker buildx build --push --file ${dockerfile} --platform linux/amd64,linux/arm64 ` +
        `--tag ghcr.io/me/kaito/workspace:1.2.3 --build-arg BASE=example.io/node:24@${DIGEST} ` +
        `${label}.version=1.2.3 ${label}.source=https://example.io/me/kaito ${label}.base.name=example.io/node:24 ` +
        `${label}.base.digest=${DIGEST} --build-arg SOURCE_DATE_EPOCH=0 --provenance=mode=max --sbom=true ` +
        '--metadata-file out .',
    ],
  ],
  ...(['podman', 'buildah'] as const).map((engine): [string, Engine, string[], string[]] => [
    `${engine} builds, then pushes`,
    engine,
    ['--push', 'localhost:5000/me', '--platform', 'linux/arm64'],
    [
      `${engine} build --file ${dockerfile} --platform linux/arm64 --tag localhost:5000/me/workspace:1.2.3 ` +
        `${label}.version=1.2.3 --ignorefile ${dockerfile}.dockerignore --timestamp 0 .`,
      `${engine} push --digestfile out localhost:5000/me/workspace:1.2.3`,
    ],
  ]),
])('%s', (_rule, engine, args, commands) => {
  expect(imageCommands(engine, readRequest(args), image).map(shellLine)).toEqual(commands)
})

test('a release pins the image that crane is taken from, for the image that takes it', () => {
  const crane = `gcr.io/go-containerregistry/crane:v1@${DIGEST}`
  const request = readRequest(['--push', 'r.io', '--base', `example.io/node:24@${DIGEST}`, '--crane', crane])
  const pinned = (name: 'workspace-controller' | 'tuning-tools') =>
    imageCommands('docker', request, { ...image, name }).flatMap(({ args }) =>
      args.filter((word) => /^[A-Z]+=.*@/.test(word)).map((word) => word.split('=')[0]),
    )
  expect(pinned('tuning-tools')).toEqual(['BASE', 'CRANE'])
  expect(pinned('workspace-controller')).toEqual(['BASE'])
})

test('what an engine cannot do is said before anything is built', () => {
  const several = readRequest(['--push', 'r.io', '--platform', 'linux/amd64,linux/arm64'])
  expect(() => imageCommands('podman', several, image)).toThrow('--platform')
  expect(() => imageCommands('buildah', readRequest(['--push', 'r.io', '--attest']), image)).toThrow('--attest')
})

test.each<[named: string, args: string[]]>([
  ['--push <registry> is missing', []],
  ['--push must be a registry', ['--push', '']],
  ['--push must be a registry', ['--push', 'r.io/workspace:1.0']],
  ['--push must be a registry', ['--push', 'https://r.io']],
  ['--push must be a registry', ['--push', 'r.io/a b']],
  ['--tag', ['--push', 'r.io', '--tag', 'a:b']],
  ['--platform', ['--push', 'r.io', '--platform', 'linux/amd64,windows/amd64']],
  ['--base', ['--push', 'r.io', '--base', 'node@sha256:12']],
  ['--crane', ['--push', 'r.io', '--crane', 'crane@sha256:12']],
  ['--engine', ['--push', 'r.io', '--engine', 'kaniko']],
  ['--regsitry', ['--push', 'r.io', '--regsitry', 'r.io']],
])('a wrong command line is refused by name: %s', (named, args) => {
  expect(() => readRequest(args)).toThrow(named)
})

test('a command is shown as a shell reads it', () => {
  expect(shellLine({ program: 'a', args: ['--b=c:1', "it's", '$x'] })).toBe(`a --b=c:1 'it'\\''s' '$x'`)
})

test.each<[Engine, string]>([
  ['docker', JSON.stringify({ 'containerimage.digest': DIGEST, 'image.name': 'r.io/a:1' })],
  ['podman', `${DIGEST}\n`],
])('the digest is read from what %s wrote', (engine, written) => {
  expect(pushedDigest(engine, written)).toBe(DIGEST)
  expect(() => pushedDigest(engine, engine === 'docker' ? '{}' : '')).toThrow(`${engine} told no digest`)
})

test('the commands that install name the pushed images, and charts that exist', () => {
  const commands = installCommands(IMAGES.map((name) => ({ name, repository: `r.io/${name}`, digest: DIGEST })))
  expect(commands.join()).toContain(`--set tuning.toolsImage=r.io/tuning-tools@${DIGEST}`)
  expect(commands).toHaveLength(CONTROLLERS.length)
  for (const [index, command] of commands.entries()) {
    expect(command).toContain(`--set image.repository=r.io/${CONTROLLERS[index]}`)
    expect(command).toContain(`--set image.digest=${DIGEST}`)
    const [, name, folder] = /^helm install (\S+) \.\/(\S+) /.exec(command) ?? []
    const values: unknown = parse(readFileSync(join(ROOT, `${folder}/values.yaml`), 'utf8'))
    const chart: unknown = parse(readFileSync(join(ROOT, `${folder}/Chart.yaml`), 'utf8'))
    expect(chart).toMatchObject({ name })
    for (const [, path = ''] of command.matchAll(/--set ([\w.]+)=/g)) expect(values).toHaveProperty(path)
  }
})

test("a released chart installs the release's image, and keeps its comments", () => {
  const values =
    '# Yours\nimage:\n  # Required.\n  repository: ""\n  tag: ""\n  digest: "" # sha256:…\nports: [443, 6443]\n'
  expect(withImage(values, { repository: 'r.io/workspace', digest: DIGEST })).toBe(
    `# Yours\nimage:\n  # Required.\n  repository: "r.io/workspace"\n  tag: ""\n  digest: "${DIGEST}" # sha256:…\nports: [443, 6443]\n`,
  )
  const withTools = `${values}tuning:\n  toolsImage: "" # Yours\n`
  const image = { repository: 'r.io/workspace', digest: DIGEST, tools: `r.io/tuning-tools@${DIGEST}` }
  expect(withImage(withTools, image)).toContain(`  toolsImage: "r.io/tuning-tools@${DIGEST}" # Yours\n`)
  expect(() => withImage(values, image)).toThrow('tuning.toolsImage')
  expect(() => withImage('image: {}\n', { repository: 'a', digest: DIGEST })).toThrow('image.repository')
})
