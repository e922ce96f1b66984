import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

/** Rows of the fault matrix that weigh 15 or more and concern the provisioner, and five that weigh less. */
const PROVISIONER_ROWS = [
  1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35, 36, 37,
  45, 53, 62, 64, 77,
]

/** Rows that weigh 15 or more and reach what runs on the nodes. */
const WORKLOAD_ROWS = [2, 3, 4, 5, 9, 10, 12, 13, 14, 15, 17, 18, 30, 31, 32, 37]

/** Rows that concern admission. */
const ADMISSION_ROWS = [19, 49, 55, 64, 65, 66, 71, 73, 86, 87]

interface Page {
  path: string
  rows: number[]
  /** Where its files are, unless they say so themselves. */
  folder: string
}

const PAGES: Page[] = [
  { path: 'packages/claim-lifecycle/README.md', rows: PROVISIONER_ROWS, folder: 'packages/claim-lifecycle/src/' },
  { path: 'test/README.md', rows: WORKLOAD_ROWS, folder: '' },
  { path: 'docs/validation.md', rows: ADMISSION_ROWS, folder: '' },
]

interface Row {
  number: number
  files: string[]
}

function tableOf(page: string): Row[] {
  const section = page.slice(page.indexOf('## The fault matrix'))
  return [...section.matchAll(/^\| (\d+) \|[^|]*\|(.*)\|$/gm)].map(([, number, files = '']) => ({
    number: Number(number),
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  }))
}

/** The rows that a test or an example names, as `row 6` or `rows 12, 30`. */
function namedRows(source: string): Set<number> {
  const lists = [...source.matchAll(/\brows? (\d+(?:, \d+)*)/g)].map(([, list = '']) => list)
  return new Set(lists.flatMap((list) => list.split(', ').map(Number)))
}

test.each(PAGES)('each row of the fault matrix has a test that names it, and $path says where', (page) => {
  const table = tableOf(read(page.path))
  expect(table.map(({ number }) => number)).toEqual(expect.arrayContaining(page.rows))
  const wrong = table.flatMap(({ number, files }) => {
    const paths = files.map((file) => (/^(packages|test|crds)\//.test(file) ? file : `${page.folder}${file}`))
    const silent = paths.filter((path) => !namedRows(read(path)).has(number))
    return files.length === 0 ? [`row ${number}: no test`] : silent.map((path) => `row ${number}: not in ${path}`)
  })
  expect(wrong).toEqual([])
})
