import { parseArgs } from 'node:util'
import { EXIT, Failure } from './failure.ts'

const USAGE =
  'usage: tuning-tools download --to DIR -- URL... | pack --from DIR --to FILE | push --layer FILE --base IMAGE --image IMAGE'

export type Command =
  | { name: 'download'; to: string; urls: URL[] }
  | { name: 'pack'; from: string; to: string }
  | { name: 'push'; layer: string; base: string; image: string }

/** @throws Failure that names the argument which is missing or wrong. */
export function readCommand([name = '', ...args]: string[]): Command {
  switch (name) {
    case 'download': {
      const { values, positionals } = parse(args, ['to'])
      if (positionals.length === 0) throw wrong('no URL is given')
      return { name, to: needed(values, 'to'), urls: positionals.map(parsedUrl) }
    }
    case 'pack': {
      const { values } = parse(args, ['from', 'to'])
      return { name, from: needed(values, 'from'), to: needed(values, 'to') }
    }
    case 'push': {
      const { values } = parse(args, ['layer', 'base', 'image'])
      return { name, layer: needed(values, 'layer'), base: needed(values, 'base'), image: needed(values, 'image') }
    }
    default:
      throw wrong(`"${name}" is no command`)
  }
}

function parse(args: string[], names: string[]) {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    return parseArgs({ args, options, allowPositionals: names.length === 1 })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function needed(values: Record<string, string | undefined>, name: string): string {
  const value = values[name]
  if (!value) throw wrong(`--${name} is missing`)
  return value
}

/** By its place only: what is no URL can still hold a secret. */
function parsedUrl(text: string, index: number): URL {
  const url = URL.parse(text)
  if (!url) throw wrong(`address ${index + 1} is no URL`)
  return url
}

function wrong(what: string): Failure {
  return new Failure(EXIT.usage, `${what}; ${USAGE}`)
}
