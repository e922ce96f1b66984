import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

/** Rows of the fault matrix that weigh 15 or more and concern the provisioner, and five that weigh less. */
const PROVISIONER_ROWS = [
  1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35, 36, 37,
  45, 53, 62, 64, 77,
]

interface Row {
  number: number
  files: string[]
}

function tableOf(readme: string): Row[] {
  const section = readme.slice(readme.indexOf('## The fault matrix'))
  return [...section.matchAll(/^\| (\d+) \|[^|]*\|(.*)\|$/gm)].map(([, number, files = '']) => ({
    number: Number(number),
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  }))
}

/** The rows that a test file names, as `row 6` or `rows 12, 30`. */
function namedRows(source: string): Set<number> {
  const lists = [...source.matchAll(/\brows? (\d+(?:, \d+)*)/g)].map(([, list = '']) => list)
  return new Set(lists.flatMap((list) => list.split(', ').map(Number)))
}

test('each row of the fault matrix has a test that names it, and the README says where', () => {
  const table = tableOf(read('packages/claim-lifecycle/README.md'))
  expect(table.map(({ number }) => number)).toEqual(expect.arrayContaining(PROVISIONER_ROWS))
  const wrong = table.flatMap(({ number, files }) => {
    const paths = files.map((file) => (/^(packages|test)\//.test(file) ? file : `packages/claim-lifecycle/src/${file}`))
    const silent = paths.filter((path) => !namedRows(read(path)).has(number))
    return files.length === 0 ? [`row ${number}: no test`] : silent.map((path) => `row ${number}: not in ${path}`)
  })
  expect(wrong).toEqual([])
})
