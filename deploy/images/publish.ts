import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { bundleImage, IMAGES, type ImageName } from './bundle.ts'
import {
  type Command,
  ENGINES,
  type Engine,
  type Image,
  imageCommands,
  imageRepository,
  pushedDigest,
  shellLine,
} from './image-commands.ts'
import { type Request, readRequest, USAGE } from './image-request.ts'
import { CHARTS, installCommands, type PushedImage } from './install-commands.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const isThere = (program: string, args: string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function findEngine(): Engine {
  const found = ENGINES.find((engine) => isThere(engine, engine === 'docker' ? ['buildx', 'version'] : ['--version']))
  if (!found) throw new Error('no container engine: install docker with buildx, podman or buildah')
  return found
}

/** The version that the chart which installs the image takes by default. */
function appVersion(name: ImageName): string {
  const { folder } = CHARTS[name === 'tuning-tools' ? 'workspace-controller' : name]
  const chart: unknown = parse(readFileSync(join(ROOT, folder, 'Chart.yaml'), 'utf8'))
  const version = chart !== null && typeof chart === 'object' && 'appVersion' in chart ? chart.appVersion : undefined
  if (typeof version !== 'string') throw new Error(`${folder}/Chart.yaml has no appVersion`)
  return version
}

/** The commit of a work tree without changes; nothing else could be found again. */
function cleanRevision(): string | undefined {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim()
    return git('status', '--porcelain') === '' ? git('rev-parse', 'HEAD') : undefined
  } catch {
    return undefined
  }
}

/** Gives every file of a bundle the same time, so that the same code is the same image. */
function forgetTimes(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) utimesSync(join(folder, name), 0, 0)
  utimesSync(folder, 0, 0)
}

async function build(name: ImageName): Promise<void> {
  forgetTimes(join(await bundleImage(name), '..'))
}

function push(engine: Engine, { image, commands }: Plan, repository: string): PushedImage {
  for (const command of commands) {
    console.log(`\n${shellLine(command)}`)
    execFileSync(command.program, command.args, { cwd: ROOT, stdio: 'inherit' })
  }
  const digest = pushedDigest(engine, readFileSync(join(ROOT, image.digestFile), 'utf8'))
  return { name: image.name, repository, digest }
}

interface Plan {
  image: Image
  commands: Command[]
}

async function publish(request: Request): Promise<void> {
  const engine = request.engine ?? (request.isDryRun ? 'docker' : findEngine())
  const plans = IMAGES.map((name): Plan => {
    const digestFile = `dist/${name}.digest`
    const image = { name, tag: request.tag ?? appVersion(name), digestFile }
    return { image, commands: imageCommands(engine, request, image) }
  })
  if (request.isDryRun) {
    for (const command of plans.flatMap(({ commands }) => commands)) console.log(shellLine(command))
    return
  }
  for (const name of IMAGES) await build(name)
  const pushed = plans.map((plan) => push(engine, plan, imageRepository(request, plan.image.name)))
  if (request.digestsFile !== undefined) writeFileSync(request.digestsFile, `${JSON.stringify(pushed)}\n`)
  console.log(`\nPushed:\n${pushed.map(({ repository, digest }) => `  ${repository}@${digest}`).join('\n')}`)
  console.log(`\nInstall them (docs/aks.md explains each value):\n\n${installCommands(pushed).join('\n\n')}`)
}

function requestFromCommandLine(): Request | undefined {
  try {
    return readRequest(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return undefined
  }
}

const request = requestFromCommandLine()
try {
  if (request) await publish({ revision: cleanRevision(), ...request })
  else process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
