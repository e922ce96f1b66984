import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

interface Import {
  specifier: string
  /** Path from the root, for what lies inside the repository. */
  target: string | undefined
  /** Imported names; `*` for a namespace or dynamic import. */
  names: string[]
  typeOnly: boolean
}

export interface Module {
  path: string
  source: string
  /** Name below `packages/`, that of a provisioner in `deploy/examples/`, or `test`. */
  owner: string
  /** What the owner has to itself. */
  home: string
  isTest: boolean
  imports: Import[]
  exports: { name: string; isType: boolean }[]
}

/** Every TypeScript file of the repository, with what it imports and exports. */
export function readModules(): Map<string, Module> {
  const files = globSync(['packages/*/{src,scripts}/**/*.ts', 'test/**/*.ts', 'deploy/**/*.ts'], {
    cwd: ROOT,
    exclude: ['**/node_modules/**'],
  })
  return new Map(files.sort().map((path) => [path, readModule(path)]))
}

function readModule(path: string): Module {
  const source = readFileSync(join(ROOT, path), 'utf8')
  const { module } = parseSync(path, source)
  const [home = '', owner = 'test'] = /^(?:packages|deploy\/examples)\/([^/]+)\/(?=src\/|scripts\/)/.exec(path) ?? []
  const isTest = owner === 'test' || path.endsWith('.test.ts') || path.includes('/testing/')
  return {
    path,
    source,
    owner,
    home,
    isTest,
    imports: [
      ...module.staticImports.map((entry) =>
        anImport(path, entry.moduleRequest.value, {
          names: entry.entries.map(
            ({ importName }) => importName.name ?? (importName.kind === 'Default' ? 'default' : '*'),
          ),
          typeOnly: entry.entries.length > 0 && entry.entries.every(({ isType }) => isType),
        }),
      ),
      ...module.staticExports.flatMap(({ entries }) =>
        entries.flatMap(({ moduleRequest, importName, isType }) =>
          moduleRequest
            ? [anImport(path, moduleRequest.value, { names: [importName.name ?? '*'], typeOnly: isType })]
            : [],
        ),
      ),
      ...module.dynamicImports.map(({ moduleRequest }) =>
        anImport(path, source.slice(moduleRequest.start + 1, moduleRequest.end - 1), { names: ['*'], typeOnly: false }),
      ),
    ],
    exports: module.staticExports.flatMap(({ entries }) =>
      entries.map(({ exportName, isType }) => ({ name: exportName.name ?? 'default', isType })),
    ),
  }
}

function anImport(from: string, specifier: string, what: { names: string[]; typeOnly: boolean }): Import {
  return { specifier, target: targetOf(from, specifier), ...what }
}

function targetOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(ROOT, resolve(ROOT, dirname(from), specifier))
  const door = /^@kaito\/([^/]+)(\/testing)?$/.exec(specifier)
  if (!door) return undefined
  const file = `packages/${door[1]}/src/${door[2] ? 'testing/' : ''}index.ts`
  return existsSync(join(ROOT, file)) ? file : undefined
}

/** The first import cycle found, as paths, or undefined. */
export function findCycle(modules: Map<string, Module>): string[] | undefined {
  const done = new Set<string>()
  const walk = (path: string, trail: string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return undefined
    for (const { target } of modules.get(path)?.imports ?? []) {
      const cycle = target === undefined ? undefined : walk(target, [...trail, path])
      if (cycle) return cycle
    }
    done.add(path)
    return undefined
  }
  for (const path of modules.keys()) {
    const cycle = walk(path, [])
    if (cycle) return cycle
  }
  return undefined
}
