import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './module-graph.ts'

const page = readFileSync(join(ROOT, 'docs/validation.md'), 'utf8')
/** `| c3, c4 | what | by whom | examples |`, or `+` for a rule that KAITO does not have. */
const rows = [...page.matchAll(/^\| ((?:[cuCU]\d+(?:, )?)+|\+) \|[^|]*\|([^|]*)\|(.*)\|$/gm)].map(
  ([, rules = '', by = '', examples = '']) => ({
    rules: rules === '+' ? [] : rules.split(', '),
    by: by.trim(),
    examples: [...examples.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  }),
)

const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)

test("the page on validation says of each of KAITO's rules who checks it", () => {
  const all = [...numbered('c', 26), ...numbered('u', 10), ...numbered('C', 25), ...numbered('U', 8)]
  expect(rows.flatMap(({ rules }) => rules).toSorted()).toEqual(all.toSorted())
  expect(rows.filter(({ by }) => !/^(definition|policy|controller|nobody: )/.test(by))).toEqual([])
})

test('the page on validation names every example of a refusal once, in the row of its rule', () => {
  const files = globSync('crds/examples/bad/*.yaml', { cwd: ROOT }).map((path) => basename(path, '.yaml'))
  expect(rows.flatMap(({ examples }) => examples).toSorted()).toEqual(files.toSorted())
  const misplaced = rows.flatMap(({ rules, examples }) =>
    examples.filter((name) => {
      const [, letter, number] = /^([cuCU])(\d\d)-/.exec(name) ?? []
      return letter === undefined ? rules.length > 0 : !rules.includes(`${letter}${Number(number)}`)
    }),
  )
  expect(misplaced).toEqual([])
})
