import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checklist } from './items/checklist.ts'
import { readOptions } from './options.ts'
import { mostNodes, neededFor } from './run.ts'

const CLASS = ['--class', 'kaito.sh/KaitoNodeClass/default']
const given = (...args: string[]) => {
  const options = readOptions(['--kubeconfig', 'config', '--kind', 'nodeclaim', ...CLASS, ...args])
  if (!options) throw new Error('this asks for help')
  return options
}

test.each<[named: RegExp, args: string[]]>([
  [/--kubeconfig FILE is missing/, ['--kind', 'machine']],
  [/--kind must be machine or nodeclaim/, ['--kubeconfig', 'config', '--kind', 'node']],
  [/--class GROUP\/KIND\/NAME is missing/, ['--kubeconfig', 'config', '--kind', 'nodeclaim']],
  [
    /--class must be GROUP\/KIND\/NAME, not "a\/b"/,
    ['--kubeconfig', 'config', '--kind', 'nodeclaim', '--class', 'a/b'],
  ],
  [/--gpus must be a number, not "many"/, ['--kubeconfig', 'config', '--kind', 'machine', '--gpus', 'many']],
  [/--kid/, ['--kid', 'machine']],
])('a wrong command line is refused by name: %s', (named, args) => {
  expect(() => readOptions(args)).toThrow(named)
})

test.each(['gpu-provisioner', 'karpenter-kwok'])('the shipped exceptions of %s name items', (name) => {
  const { exceptions } = given('--exceptions', `test/conformance/exceptions/${name}.yaml`)
  const known = [...checklist('machine'), ...checklist('nodeclaim')]
    .filter(({ needs }) => needs)
    .map(({ number }) => number)
  expect(Object.keys(exceptions).filter((item) => !known.includes(item))).toEqual([])
})

test('what the gpu-provisioner does otherwise is said where it is built', () => {
  const page = readFileSync(new URL('../../packages/claim-lifecycle/README.md', import.meta.url), 'utf8')
  const said = /What differs, and why:\n(.*?)\n## /s.exec(page)?.[1] ?? ''
  const { exceptions } = given('--exceptions', 'test/conformance/exceptions/gpu-provisioner.yaml')
  expect(Object.keys(exceptions).filter((item) => !new RegExp(`\\b${item}\\b`).test(said))).toEqual([])
})

test.each<[items: string, nodes: number, stories: string[]]>([
  ['N1', 0, ['answers']],
  ['N23', 1, ['marked']],
  ['N45', 2, ['marked', 'plain']],
  ['N6,N39', 0, ['foreign', 'impossible']],
  ['N47', 2, ['pool']],
])('only what the items need is made: %s', (items, nodes, stories) => {
  const options = given('--items', items)
  expect([...neededFor(options)].sort()).toEqual(stories)
  expect(mostNodes(options)).toBe(nodes)
})

test('all items about a kind are there, each once', () => {
  const numbers = (kind: 'machine' | 'nodeclaim') => checklist(kind).map(({ number }) => number)
  expect(numbers('machine')).toEqual(Array.from({ length: 44 }, (_, index) => `M${index + 1}`))
  expect(numbers('nodeclaim')).toEqual(Array.from({ length: 50 }, (_, index) => `N${index + 1}`))
})
