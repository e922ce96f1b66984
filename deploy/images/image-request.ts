import { parseArgs } from 'node:util'
import { ENGINES, type Engine, type ImageRequest } from './image-commands.ts'

export const USAGE = `pnpm images --push <registry> [options]: builds all images and pushes them

  --push <registry>      where to, with an optional path: myregistry.azurecr.io, ghcr.io/me/kaito
  --tag <tag>            default: the appVersion of each image's chart
  --platform <list>      default: linux/amd64; several with commas, for docker only
  --base <image>         another base image, best by digest
  --crane <image>        another image to take crane from, best by digest
  --source <url>         where the code is, for a label
  --engine <program>     one of ${ENGINES.join(', ')}; default: the first that is there
  --attest               stores provenance and a list of contents beside each image; needs docker with a builder of its own
  --digests <file>       writes what was pushed there, as JSON
  --dry-run              prints the commands and runs none`

export interface Request extends ImageRequest {
  tag?: string | undefined
  engine?: Engine | undefined
  digestsFile?: string | undefined
  isDryRun: boolean
}

const REGISTRY = /^[a-z0-9][-a-z0-9.]*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/i
const TAG = /^\w[\w.-]{0,127}$/
const PLATFORM = /^linux\/(amd64|arm64)$/
const IMAGE = /^[a-z0-9][-\w.:/]*(@sha256:[0-9a-f]{64})?$/i

/** Reads the command line. Throws an error that names the argument which is missing or wrong. */
export function readRequest(args: string[]): Request {
  const { push, tag, platform, base, crane, source, engine, digests, attest, 'dry-run': isDryRun } = parse(args)
  if (push === undefined) throw new Error('--push <registry> is missing: there is no published image to fall back on')
  const platforms = platform.split(',')
  mustFit('--push', push, { grammar: REGISTRY, what: 'a registry with an optional path, without a tag' })
  mustFit('--tag', tag, { grammar: TAG, what: 'a tag' })
  for (const [option, value] of Object.entries({ '--base': base, '--crane': crane })) {
    mustFit(option, value, { grammar: IMAGE, what: 'an image, with a tag or a digest' })
  }
  for (const each of platforms) mustFit('--platform', each, { grammar: PLATFORM, what: 'linux/amd64 or linux/arm64' })
  return {
    ...{ registry: push, tag, platforms, base, crane, source, attest, isDryRun },
    engine: knownEngine(engine),
    digestsFile: digests,
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  return parseArgs({
    args,
    options: {
      ...{ push: text, tag: text, base: text, crane: text, source: text, engine: text, digests: text },
      ...{ attest: flag, 'dry-run': flag },
      platform: { type: 'string', default: 'linux/amd64' },
    },
  }).values
}

function mustFit(name: string, value: string | undefined, { grammar, what }: { grammar: RegExp; what: string }): void {
  if (value !== undefined && !grammar.test(value)) throw new Error(`${name} must be ${what}, not "${value}"`)
}

function knownEngine(name: string | undefined): Engine | undefined {
  const known = ENGINES.find((engine) => engine === name)
  if (name !== undefined && !known) throw new Error(`--engine must be one of ${ENGINES.join(', ')}, not "${name}"`)
  return known
}
