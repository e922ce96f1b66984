import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, readModules } from './module-graph.ts'

const modules = [...readModules().values()]
const MAX_LINES = 300
const MAX_MAIN_LINES = 60
const VAGUE = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'manager', 'types', 'shared', 'lib'])
const TOP_LEVEL = [
  'package.json',
  'pnpm-workspace.yaml',
  'turbo.json',
  'packages',
  'crds',
  'charts',
  'deploy',
  'test',
  'README.md',
]

test('the given top level is there', () => {
  expect(TOP_LEVEL.filter((name) => !existsSync(join(ROOT, name)))).toEqual([])
})

test('no file is too long to read', () => {
  const tooLong = modules
    .map(({ path, source }) => ({ path, lines: source.split('\n').length - 1 }))
    .filter(({ path, lines }) => lines > (path.endsWith('/src/main.ts') ? MAX_MAIN_LINES : MAX_LINES))
  expect(tooLong).toEqual([])
})

test('files and folders are named for what they are about', () => {
  const names = modules.map(({ path }) => [path, ...dirname(path).split(sep), basename(path, '.ts')])
  expect(names.filter(([, ...parts]) => parts.some((part) => VAGUE.has(part))).map(([path]) => path)).toEqual([])
})

test('every package says what it is for', () => {
  const packages = globSync(['packages/*', 'deploy/examples/*/package.json'], { cwd: ROOT }).map((path) =>
    path.replace(/\/package\.json$/, ''),
  )
  expect(packages.filter((folder) => !existsSync(join(ROOT, folder, 'README.md')))).toEqual([])
})

test('every path that documentation points to exists', () => {
  const pages = [
    'README.md',
    'SECURITY.md',
    'packages/*/README.md',
    'deploy/**/README.md',
    'charts/**/README.md',
    'docs/**/*.md',
  ]
  const missing = globSync(pages, { cwd: ROOT }).flatMap((readme) => {
    const text = readFileSync(join(ROOT, readme), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) =>
      join(dirname(readme), target ?? ''),
    )
    const rooted = [...text.matchAll(/`((?:packages|crds|charts|deploy|test|docs)\/[\w./-]+)`/g)].map(
      ([, target]) => target ?? '',
    )
    return [...links, ...rooted].filter((path) => !existsSync(join(ROOT, path))).map((path) => `${readme}: ${path}`)
  })
  expect(missing).toEqual([])
})

test('no test is skipped without a condition, and none is focused', () => {
  const marks = /\b(?:test|it|describe)(?:\.each)?\.(?:only|skip|todo)\b/
  expect(
    modules.filter(({ path, source }) => path.endsWith('.test.ts') && marks.test(source)).map(({ path }) => path),
  ).toEqual([])
})
