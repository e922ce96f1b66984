import { expect, test } from 'vitest'
import { claimOf, poolOf } from './claim-form.ts'
import { readOptions } from './options.ts'

const given = (...args: string[]) => {
  const options = readOptions(['--kubeconfig', 'config', ...args])
  if (!options) throw new Error('this asks for help')
  return options
}
const ours = ['--kind', 'nodeclaim', '--class', 'kaito.sh/KaitoNodeClass/default', '--instance-type', 'Standard_A']
const karpenter = [
  '--kind',
  'nodeclaim',
  '--class',
  'karpenter.sh/AClass/default',
  '--instance-type',
  'a',
  '--instance-type',
  'b',
]
const sizes = (...values: string[]) => [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values }]

test('a claim asks for the given sizes in their order, for GPUs, and for a disk only where the provisioner wants one', () => {
  expect(claimOf('plain', 'c1b', given(...ours))).toMatchObject({
    apiVersion: 'karpenter.sh/v1',
    spec: { requirements: sizes('Standard_A'), resources: { requests: { 'nvidia.com/gpu': 1, storage: '128Gi' } } },
  })
  const { spec } = claimOf('plain', 'c1b', given(...karpenter))
  expect(spec).toMatchObject({ requirements: sizes('a', 'b'), expireAfter: 'Never' })
  expect(spec).toHaveProperty('resources', { requests: { 'nvidia.com/gpu': 1 } })
  expect(claimOf('plain', 'c1b', given(...karpenter, '--gpus', '0')).spec).not.toHaveProperty('resources')
})

test('a claim that is not meant to be served names a size, a class or a backend that does not exist', () => {
  const options = given(...karpenter, '--unavailable-class', 'missing')
  expect(claimOf('impossible', 'c1c', options).spec).toMatchObject({ requirements: sizes('conformance-none') })
  expect(claimOf('unavailable', 'c1f', options).spec).toMatchObject({
    nodeClassRef: { kind: 'AClass', name: 'missing' },
  })
  expect(claimOf('foreign', 'c1d', options).spec).toMatchObject({ nodeClassRef: { group: 'conformance.kaito.sh' } })
})

test('a Machine names no class and never expires by a field that it does not have', () => {
  const { apiVersion, spec } = claimOf('marked', 'c1a', given('--kind', 'machine'))
  expect(apiVersion).toBe('karpenter.sh/v1alpha5')
  for (const field of ['nodeClassRef', 'expireAfter', 'terminationGracePeriod']) expect(spec).not.toHaveProperty(field)
})

test('the claims of a NodePool are labelled as those of the run', () => {
  expect(poolOf('c1g', given(...karpenter), { labels: { run: 'c1' } }).spec).toMatchObject({
    replicas: 2,
    template: { metadata: { labels: { run: 'c1' } }, spec: { requirements: sizes('a', 'b') } },
  })
})
