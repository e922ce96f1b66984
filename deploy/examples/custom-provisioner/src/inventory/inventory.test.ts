import { expect, test } from 'vitest'
import { readInventory } from './inventory.ts'

test('a host is what its entry says, under the name of its Node', () => {
  const data = {
    'gpu-1': 'instanceType: h100-8\ngpus: 8\nzone: rack-a\nlabels: {vendor: acme}',
    'gpu-2': 'instanceType: l4\ngpus: 1',
  }
  expect(readInventory(data)).toEqual({
    hosts: [
      { name: 'gpu-1', instanceType: 'h100-8', gpus: 8, zone: 'rack-a', labels: { vendor: 'acme' } },
      { name: 'gpu-2', instanceType: 'l4', gpus: 1, labels: {} },
    ],
    faults: [],
  })
})

test.each([
  ['a field that is missing', 'gpus: 8', /^host gpu-1: instanceType: /],
  ['a number that is none', 'instanceType: h100-8\ngpus: many', /^host gpu-1: gpus: /],
  ['less than no GPU', 'instanceType: h100-8\ngpus: -1', /^host gpu-1: gpus: /],
  ['a field that nobody knows', 'instanceType: h100-8\ngpus: 8\ngpu: 8', /^host gpu-1: .*"gpu"/],
  ['a label that no Node can have', 'instanceType: h100-8\ngpus: 8\nlabels: {a: "b c"}', /^host gpu-1: labels\.a: /],
  ['a size that is no label', 'instanceType: h100 8\ngpus: 8', /^host gpu-1: instanceType: /],
  ['no YAML', 'instanceType: [', /^host gpu-1: is no YAML: /],
  ['a word', 'h100-8', /^host gpu-1: /],
  ['nothing', '', /^host gpu-1: /],
])('%s is told with host and field, and the others are in use', (_what, text, fault) => {
  const { hosts, faults } = readInventory({ 'gpu-1': text, 'gpu-2': 'instanceType: l4\ngpus: 1' })
  expect(hosts.map(({ name }) => name)).toEqual(['gpu-2'])
  expect(faults).toEqual([expect.stringMatching(fault)])
})

test('a name that no Node can have is told', () => {
  expect(readInventory({ GPU_1: 'instanceType: l4\ngpus: 1' }).faults).toEqual([
    'host GPU_1: no Node can have that name',
  ])
})

test('hosts of one size have the same number of GPUs', () => {
  const data = { 'gpu-1': 'instanceType: l4\ngpus: 1', 'gpu-2': 'instanceType: l4\ngpus: 2' }
  const { hosts, faults } = readInventory(data)
  expect(hosts.map(({ name }) => name)).toEqual(['gpu-1'])
  expect(faults).toEqual(['host gpu-2: gpus: it has 2, and gpu-1 of the same instanceType has 1'])
})

test('an inventory without data has no hosts', () => {
  expect(readInventory(undefined)).toEqual({ hosts: [], faults: [] })
})
