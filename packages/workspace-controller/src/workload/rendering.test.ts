import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { presetNames } from '@kaito/presets'
import { expect, test } from 'vitest'
import { ORDER_HASH_ANNOTATION } from './order-hash-annotation.ts'
import { renderWorkload } from './render.ts'
import { aCase, manifest, orderFor, type Rendered, rendered, renderingCases } from './testing/rendering-cases.ts'

const FOLDER = join(import.meta.dirname, 'golden')
// biome-ignore lint/style/noProcessEnv: writes the manifests anew instead of comparing them
const isUpdate = process.env.UPDATE_GOLDEN === '1'
const CASES = renderingCases()

test('every stored manifest is that of a case, each case has a name of its own, and each preset one', () => {
  const names = CASES.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(presetNames()))
  if (!isUpdate) expect(readdirSync(FOLDER).sort()).toEqual(names.map((name) => `${name}.yaml`).sort())
})

test.each(CASES.map((one) => [one.name, one] as const))('%s is rendered as stored', (name, one) => {
  const path = join(FOLDER, `${name}.yaml`)
  if (isUpdate) writeFileSync(path, manifest(one))
  expect(manifest(one)).toBe(readFileSync(path, 'utf8'))
})

test.each(CASES.map((one) => [one.name, one] as const))(
  '%s is the same in whatever order it is asked for',
  (...[, one]) => {
    const shuffled = { ...one, workspace: shuffledKeys(one.workspace), existingNodes: one.existingNodes.toReversed() }
    const [before, after] = [rendered(one), rendered(shuffled)]
    expect(hashOf(after)).toBe(hashOf(before))
    if (one.workspace.inference?.preset) expect(JSON.stringify(after)).toBe(JSON.stringify(before))
  },
)

test.each(CASES.filter(({ workspace }) => workspace.inference?.preset).map((one) => [one.name, one] as const))(
  'the flags of %s are sorted',
  (_name, one) => {
    const words = rendered(one).workload.spec?.template.spec.containers[0]?.command ?? []
    const program = words.indexOf('inference_api.py')
    for (const part of [words.slice(0, program), words.slice(program)]) {
      const flags = part.filter((word) => word.startsWith('--'))
      expect(flags).toEqual([...flags].sort())
    }
    expect(words.filter((word) => word.startsWith('--')).length).toBeGreaterThan(2)
  },
)

const HOSTILE = ['$(id)', '$$(id)', '$(POD_INDEX)', "'; touch /x #", '`id`', 'a\nb', '--flag', '"', '$']
const PLAIN = 'plain-text'

/** The words and values of all containers, with `text` wherever a user may have written something. */
function wordsWith(text: string, preset: string): string[] {
  const one = aCase('hostile', { preset, count: 2, adapters: 2, existingNodes: [text] })
  const { nodes, work } = orderFor(one)
  if (work.kind !== 'preset') throw new Error('a case of a preset')
  const workspace = { ...one.workspace, metadata: { ...one.workspace.metadata, name: text, namespace: text } }
  const adapters = work.adapters.map(() => ({ name: text, image: text, strength: text }))
  const order = {
    nodes: { ...nodes, labels: { [text]: text } },
    work: { ...work, image: text, pullSecrets: [text], adapters },
  }
  const { spec } = renderWorkload(workspace, order, one).spec?.template ?? {}
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap(
    ({ command = [], args = [], env = [] }) =>
      [...command, ...args, ...env.flatMap(({ value }) => value ?? [])].map(expanded),
  )
}

/** As a kubelet expands it ("Define dependent environment variables"), where a variable named like a program is set. */
function expanded(word: string): string {
  const variables: Record<string, string> = { id: 'EXPANDED', POD_INDEX: '1' }
  return word.replace(/\$\$|\$\((\w+)\)/g, (all, name?: string) =>
    name === undefined ? '$' : (variables[name] ?? all),
  )
}

test.each(['phi-3-mini-4k-instruct', 'llama-2-13b-chat'].flatMap((preset) => HOSTILE.map((text) => [text, preset])))(
  'S14: %j stays what it is, a part of one word, in %s',
  (text, preset) => {
    const expected = wordsWith(PLAIN, preset).map((word) => word.replaceAll(PLAIN, () => text))
    expect(wordsWith(text, preset)).toEqual(expected)
    expect(expected.filter((word) => word.includes(text)).length).toBeGreaterThan(3)
    expect(expected.filter((word) => /^(?:\/bin\/)?(?:ba)?sh$|^-c$/.test(word))).toEqual([])
  },
)

/** The same value, the keys of each object in the opposite order. */
function shuffledKeys<T>(value: T): T {
  const turned = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(turned)
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(
      Object.entries(one)
        .toReversed()
        .map(([key, field]) => [key, turned(field)]),
    )
  }
  return turned(value) as T
}

function hashOf({ workload }: Rendered): string | undefined {
  return workload.metadata.annotations?.[ORDER_HASH_ANNOTATION]
}
