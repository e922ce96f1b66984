import { expect, test } from 'vitest'
import { fileName } from './file-name.ts'

test.each<[rule: string, position: number, url: string, name: string]>([
  ['the place in the list comes first', 1, 'https://e.io/data/train.jsonl', '01-train.jsonl'],
  ['so that lists stay in order', 64, 'https://e.io/a.csv', '64-a.csv'],
  ['a query is no part of it', 2, 'https://e.io/a.parquet?sig=b/c.csv', '02-a.parquet'],
  ['what a shell or a path would read is replaced', 3, "https://e.io/a;b$(c)'d.json", '03-a_b__c__d.json'],
  ['escapes are not undone', 4, 'https://e.io/..%2F..%2Fetc.csv', '04-.._2F.._2Fetc.csv'],
  ['dots lead nowhere', 5, 'https://e.io/a/..', '05-data'],
  ['nothing becomes data', 6, 'https://e.io', '06-data'],
  ['a long one keeps its extension', 7, `https://e.io/${'a'.repeat(300)}.arrow`, `07-${'a'.repeat(94)}.arrow`],
])('%s', (_rule, position, url, name) => {
  expect(fileName(position, new URL(url))).toBe(name)
})
