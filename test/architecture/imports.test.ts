import { expect, test } from 'vitest'
import { findCycle, type Module, readModules } from './module-graph.ts'

const modules = readModules()
const product = [...modules.values()].filter(({ owner }) => owner !== 'test')
const shipped = product.filter(({ isTest, path }) => !isTest && !path.includes('/scripts/'))

/** Which packages each package may import outside its tests (design: arrows point to what is imported). */
const MAY_IMPORT: Record<string, string[]> = {
  api: [],
  'controller-kit': [],
  presets: ['api'],
  'node-provisioner': ['api', 'controller-kit'],
  'cloud-provider': ['api'],
  'claim-lifecycle': ['api', 'controller-kit', 'cloud-provider'],
  'cloud-azure': ['api', 'cloud-provider'],
  'workspace-controller': ['api', 'controller-kit', 'presets', 'node-provisioner'],
  'gpu-provisioner': ['api', 'controller-kit', 'cloud-provider', 'claim-lifecycle', 'cloud-azure'],
  'tuning-tools': [],
  'azure-emulator': [],
  'local-cluster': [],
}

/** Provisioners in the examples: whoever copies one may add the package of a cloud to its own. */
const EXAMPLE_MAY_IMPORT = ['api', 'controller-kit', 'cloud-provider', 'claim-lifecycle']

const ONLY_IMPORTER: [library: RegExp, owner: string][] = [
  [/^@kubernetes\/client-node/, 'controller-kit'],
  [/^@azure\//, 'cloud-azure'],
]

/** They serve any cloud, so they know none. The class with settings is named after what it is for, and is a kind of ours. */
const KNOW_NO_CLOUD = new Set(['controller-kit', 'cloud-provider', 'claim-lifecycle', 'custom-provisioner'])
const WORDS_OF_AZURE = /azure|\baks\b|vmss|agent pool|resource group/i
const CLASS_NAME = /agentpoolclass/gi

/** Simulated time and real waiting belong here, and in programs that run to an end; everywhere else nothing waits. */
const MAY_WAIT = new Set(['controller-kit', 'tuning-tools', 'azure-emulator', 'local-cluster'])

function offences(of: Module[], offence: (module: Module) => string[]): string[] {
  return of.flatMap((module) => offence(module).map((what) => `${module.path}: ${what}`))
}

test('packages import only what the design allows', () => {
  const found = offences(shipped, ({ owner, home, imports }) => {
    const allowed = home.startsWith('deploy/examples/') ? EXAMPLE_MAY_IMPORT : (MAY_IMPORT[owner] ?? [])
    return imports
      .map(({ specifier }) => /^@kaito\/([^/]+)/.exec(specifier)?.[1])
      .filter((name) => name !== undefined && name !== owner && !allowed.includes(name))
      .map((name) => `imports @kaito/${name}`)
  })
  expect(found).toEqual([])
})

test('packages reach each other only through their doors', () => {
  const found = offences(product, ({ home, imports }) =>
    imports
      .filter(({ specifier, target }) => specifier.startsWith('.') && !target?.startsWith(home))
      .map(({ specifier }) => `imports ${specifier}`),
  )
  expect(found).toEqual([])
})

test.each(ONLY_IMPORTER)('%s is imported only by %s', (library, allowed) => {
  const found = offences(shipped, ({ owner, imports }) =>
    owner === allowed
      ? []
      : imports.filter(({ specifier }) => library.test(specifier)).map(({ specifier }) => specifier),
  )
  expect(found).toEqual([])
})

test('what serves any cloud has no word of Azure', () => {
  const found = offences(
    shipped.filter(({ owner }) => KNOW_NO_CLOUD.has(owner)),
    ({ source }) => source.split('\n').filter((line) => WORDS_OF_AZURE.test(line.replaceAll(CLASS_NAME, ''))),
  )
  expect(found).toEqual([])
})

test('shipped code imports nothing made for tests', () => {
  const found = offences(shipped, ({ imports }) =>
    imports.filter(({ target }) => target && modules.get(target)?.isTest).map(({ specifier }) => specifier),
  )
  expect(found).toEqual([])
})

test('there is no import cycle, type imports included', () => {
  expect(findCycle(modules)).toBeUndefined()
})

/** A hash of a text is nothing but the text. */
const PURE_BUILT_INS = new Set(['node:crypto'])

test('deciding and telling is pure: plan.ts and report.ts reach no effect', () => {
  const isPureFile = (path: string) => /\/(plan|report)\.ts$/.test(path)
  const roots = shipped.filter(({ path }) => isPureFile(path))
  const pure = new Map(roots.map((module) => [module.path, module]))
  for (const module of pure.values()) {
    for (const { target, typeOnly } of module.imports) {
      const next = target === undefined || typeOnly ? undefined : modules.get(target)
      if (next && next.owner !== 'api' && next.owner !== 'presets') pure.set(next.path, next)
    }
  }
  const found = offences([...pure.values()], ({ imports, source }) => [
    ...imports
      .filter(({ target, typeOnly, specifier }) => target === undefined && !typeOnly && !PURE_BUILT_INS.has(specifier))
      .map(({ specifier }) => `imports ${specifier}`),
    ...['await ', 'Date.now(', 'Math.random(', 'process.', 'random', 'generateKey'].filter((text) =>
      source.includes(text),
    ),
  ])
  expect(roots.length).toBeGreaterThan(0)
  expect(found).toEqual([])
})

test('nothing waits inside a pass', () => {
  const found = offences(shipped, ({ owner, source }) =>
    MAY_WAIT.has(owner)
      ? []
      : ['setTimeout(', 'setInterval(', 'pollUntilDone', 'timers/promises'].filter((text) => source.includes(text)),
  )
  expect(found).toEqual([])
})

test('every export is used', () => {
  const used = new Set<string>()
  for (const { imports } of modules.values()) {
    for (const { target, names } of imports) for (const name of names) used.add(`${target}#${name}`)
  }
  // A tool reads its configuration by path.
  const imported = [...modules.values()].filter(({ path }) => !path.endsWith('.config.ts'))
  const found = offences(imported, ({ path, exports }) => {
    const isDoor = path.endsWith('/index.ts')
    return exports
      .filter(({ name, isType }) => !(used.has(`${path}#${name}`) || used.has(`${path}#*`) || (isDoor && isType)))
      .map(({ name }) => name)
  })
  expect(found).toEqual([])
})
