import type { Workspace } from '@kaito/api'
import { expect, test } from 'vitest'
import { ORDER_HASH_ANNOTATION } from './order-hash-annotation.ts'
import { aCase, type RenderingCase, rendered } from './testing/rendering-cases.ts'

const hashOf = (one: RenderingCase) => rendered(one).workload.metadata.annotations?.[ORDER_HASH_ANNOTATION]

const LARGE = 'Standard_ND96asr_v4'
const LARGER = 'Standard_ND96amsr_A100_v4'

// On record in installations: another value here restarts every model that runs.
test.each<[preset: string, count: number, sizes: string[], labels: Record<string, string>, hash: string]>([
  ['falcon-40b', 1, [LARGE], { apps: 'a' }, 'v1-4ac087959cda4d6a'],
  ['falcon-40b', 2, [LARGE, LARGER], { b: '1', a: '2' }, 'v1-9f75c2ea7b9013b1'],
  ['mistral-7b-instruct', 1, [LARGE, LARGER], {}, 'v1-78cc67fa58448f8a'],
  ['mistral-7b-instruct', 2, [LARGE], { apps: 'a' }, 'v1-272e0b2f22efc8b3'],
  ['phi-2', 1, [LARGE], { b: '1', a: '2' }, 'v1-7a73f87dd72991e0'],
  ['phi-2', 2, [LARGE], {}, 'v1-07661553afe687b8'],
])('the hash of %s on %i of %j with %j stays', (...[preset, count, sizes, matchLabels, hash]) => {
  const resource = { instanceType: undefined, instanceTypes: sizes, labelSelector: { matchLabels } }
  expect(hashOf(aCase('recorded', { preset, count, resource }))).toBe(hash)
})

const BASE = { preset: 'mistral-7b-instruct', adapters: 2, isPrivate: true, existingNodes: ['a', 'b'] }

const withInference = (parts: Partial<NonNullable<Workspace['inference']>>) => {
  const one = aCase('changed', BASE)
  return { ...one, workspace: { ...one.workspace, inference: { ...one.workspace.inference, ...parts } } }
}
const { preset, adapters = [] } = aCase('base', BASE).workspace.inference ?? {}
const [first, second] = adapters

test.each<[what: string, changed: RenderingCase]>([
  ['the number of nodes', aCase('changed', { ...BASE, count: 2 })],
  ['their sizes', aCase('changed', { ...BASE, resource: { instanceType: 'Standard_NC48ads_A100_v4' } })],
  ['spot nodes', aCase('changed', { ...BASE, resource: { capacityType: 'spot' } })],
  ['the nodes that were there', aCase('changed', { ...BASE, existingNodes: ['a'] })],
  ['how adapters come', aCase('changed', { ...BASE, mountsAdapters: true })],
  ['no adapters', withInference({ adapters: [] })],
  ['the order of adapters', withInference({ adapters: adapters.toReversed() })],
  ['a strength', withInference({ adapters: first && second ? [{ ...first, strength: '0.6' }, second] : [] })],
  ['the time to start', withInference({ readiness: { timeoutMinutes: 31 } })],
  [
    'a private image',
    withInference({
      preset: preset && { ...preset, presetOptions: { ...preset.presetOptions, image: 'registry.example/other:1' } },
    }),
  ],
  [
    'the Secrets that images are pulled with',
    withInference({
      preset: preset && { ...preset, presetOptions: { ...preset.presetOptions, imagePullSecrets: ['another'] } },
    }),
  ],
])('another hash for %s', (_what, changed) => expect(hashOf(changed)).not.toBe(hashOf(aCase('base', BASE))))

test('the same hash for what the workload is not made of', () => {
  const exposed = aCase('changed', { ...BASE, annotations: { 'kaito.sh/enablelb': 'true' } })
  const patient = withInference({ readiness: { whenMissed: 'GiveBackNodes' } })
  for (const changed of [exposed, patient]) expect(hashOf(changed)).toBe(hashOf(aCase('base', BASE)))
})

test('how adapters would come is no part of an order without adapters', () => {
  expect(hashOf(aCase('base', { mountsAdapters: true }))).toBe(hashOf(aCase('base', {})))
})
