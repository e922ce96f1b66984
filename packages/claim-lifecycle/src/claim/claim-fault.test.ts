import type { AgentPoolClassSpec, NodeClaimSpec } from '@kaito/api'
import { aMachine, aNodeClaim } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { launchChoices } from '../launch/choices.ts'
import { machineAdapter, nodeClaimAdapter } from '../testing/adapters.ts'
import type { Requirement } from './claim.ts'
import { claimFault } from './claim-fault.ts'

type NodeRequirement = NodeClaimSpec['requirements'][number]
type Parts = Parameters<typeof aMachine>[0]

const SIZE: Requirement = { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['big'] }
const asking = (...requirements: Requirement[]): Parts => ({ spec: { requirements: [SIZE, ...requirements] } })
const one = (key: string, operator: string, ...values: string[]): Parts => asking({ key, operator, values })
const tainted = (key: string, effect: string, value = ''): Parts => ({
  spec: { requirements: [SIZE], taints: [{ key, value, effect }] },
})
const storage = (quantity: string): Parts => ({
  spec: { requirements: [SIZE], resources: { requests: { storage: quantity } } },
})

function faultOf(parts: Parts, spec: AgentPoolClassSpec = {}): string | undefined {
  const template = { kind: 'AgentPoolClass', apiVersion: 'kaito.sh/v1alpha1', name: 'fast' }
  const machine = aMachine({ ...parts, spec: { machineTemplateRef: template, ...parts?.spec } })
  const claim = machineAdapter.read(machine)
  const choices = launchChoices(claim, spec, (size) => ({ big: 4 })[size])
  return claimFault(claim, { spec, choices, region: 'East US' })
}

test.each<[what: string, parts: Parts, spec?: AgentPoolClassSpec]>([
  ['a claim with a size', asking()],
  [
    "KAITO's own requirements",
    asking(
      { key: 'karpenter.sh/provisioner-name', operator: 'In', values: ['default'] },
      { key: 'kaito.sh/machine-type', operator: 'In', values: ['gpu'] },
      { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
      { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
    ),
  ],
  ['a system among others', one('kubernetes.io/os', 'In', 'windows', 'linux')],
  ['a system that is not another', one('kubernetes.io/os', 'NotIn', 'windows')],
  ['the region of the cluster', one('topology.kubernetes.io/region', 'In', 'eastus', 'westus')],
  ['placement without zones', one('karpenter.azure.com/placement-scope', 'In', 'regional')],
  ['placement in zones', one('karpenter.azure.com/placement-scope', 'In', 'zonal'), { zones: ['1'] }],
  ['an unknown label of the machine that it shall lack', one('karpenter.azure.com/sku-name', 'DoesNotExist')],
  ['an unknown label of the machine that shall differ', one('node.kubernetes.io/windows-build', 'NotIn', '1')],
  ['a label of its own', one('team', 'In', 'a')],
  ['a label that the claim has', { ...one('team', 'Exists'), metadata: { labels: { team: 'a' } } }],
  ['a label that its class has', one('team', 'Exists'), { nodeLabels: { team: 'a' } }],
  ['a number that the claim has', { ...one('tier', 'Gt', '2'), metadata: { labels: { tier: '3' } } }],
  ['a label that it shall lack', one('team', 'DoesNotExist')],
  ['a name of 12 characters', { ...asking(), metadata: { name: 'ws0123456789' } }],
  ['no disk', storage('0')],
  ['the largest disk', storage('2048Gi')],
  [
    'as many GPUs as the size has',
    { spec: { requirements: [SIZE], resources: { requests: { 'nvidia.com/gpu': 4 } } } },
  ],
])('serves %s', (_what, parts, spec) => {
  expect(faultOf(parts, spec)).toBeUndefined()
})

test.each<[what: string, parts: Parts, says: RegExp, spec?: AgentPoolClassSpec]>([
  ['no size', { spec: {} }, /leave no instance type: name one in node\.kubernetes\.io\/instance-type/],
  ['sizes that exclude each other', asking({ ...SIZE, values: ['small'] }), /instance-type exclude each other/],
  ['another system', one('kubernetes.io/os', 'In', 'windows'), /kubernetes\.io\/os does not allow "linux"/],
  ['another processor', one('kubernetes.io/arch', 'In', 'arm64'), /kubernetes\.io\/arch does not allow "amd64"/],
  ['another region', one('topology.kubernetes.io/region', 'In', 'westus'), /region does not allow "eastus"/],
  ['placement in zones without zones', one('karpenter.azure.com/placement-scope', 'In', 'zonal'), /"regional"/],
  [
    'an unknown label of the machine',
    one('node.kubernetes.io/windows-build', 'In', '1'),
    /node\.kubernetes\.io\/windows-build asks for something of the machine that is not known here: leave it out/,
  ],
  [
    'an unknown label of Azure',
    one('karpenter.azure.com/sku-gpu-count', 'Gt', '1'),
    /karpenter\.azure\.com\/sku-gpu-count/,
  ],
  ['a host', one('kubernetes.io/hostname', 'In', 'a'), /kubernetes\.io\/hostname/],
  [
    'two teams',
    asking({ key: 'team', operator: 'In', values: ['a'] }, { key: 'team', operator: 'In', values: ['b'] }),
    /team exclude each other/,
  ],
  [
    'a label that nobody gives it',
    one('team', 'Exists'),
    /team needs that label: give it to the claim or to its class/,
  ],
  ['a number that nobody gives it', one('tier', 'Gt', '2'), /tier needs that label/],
  [
    'a label that differs',
    { ...one('team', 'In', 'a'), metadata: { labels: { team: 'b' } } },
    /label team=b does not meet the requirement on team/,
  ],
  [
    'a label of its class that is excluded',
    one('team', 'NotIn', 'a'),
    /label team=a does not meet/,
    { nodeLabels: { team: 'a' } },
  ],
  [
    'a value that no label can have',
    one('team', 'In', 'not a label'),
    /"not a label", and no label can have that value/,
  ],
  [
    'excluded zones without others',
    one('topology.kubernetes.io/zone', 'NotIn', 'eastus-1'),
    /leaves out zones: name the zones to try/,
  ],
  ['no zone at all', one('topology.kubernetes.io/zone', 'DoesNotExist'), /every node has that label/],
  ['reserved machines', one('karpenter.sh/capacity-type', 'In', 'reserved'), /must allow on-demand or spot/],
  [
    'a name with capitals (N49)',
    { ...asking(), metadata: { name: 'UPPER' } },
    /"UPPER" must match \^\[a-z\]\[a-z0-9\]\{0,11\}\$/,
  ],
  ['a name of 13 characters (N49)', { ...asking(), metadata: { name: 'ws01234567890' } }, /must match \^\[a-z\]/],
  ['a name with a hyphen (N49)', { ...asking(), metadata: { name: 'gpu-x7kq2' } }, /must match \^\[a-z\]/],
  [
    'a disk that is too large',
    storage('2049Gi'),
    /disk of 2049 GiB and the largest has 2048 GiB: ask for less storage/,
  ],
  ['an absurd disk', storage('8Ei'), /ask for less storage/],
  ['a negative disk', storage('-50Gi'), /storage is -50Gi, less than nothing/],
  ['a disk that is no amount', storage('big'), /"big" is no amount of storage/],
  [
    'more GPUs than any size has',
    { spec: { requirements: [SIZE], resources: { requests: { 'nvidia.com/gpu': 10 ** 9 } } } },
    /asks for 1000000000 of nvidia\.com\/gpu and no named size has so many \(big has 4\)/,
  ],
  ['a taint without effect', tainted('sku', ''), /taints: the taint sku=: is none a Node can have/],
  ['a taint with an unknown effect', tainted('sku', 'NoRun'), /taint sku=:NoRun/],
  ['a taint whose key is none', tainted('a b', 'NoSchedule'), /taint a b=:NoSchedule/],
  ['a taint whose value is none', tainted('sku', 'NoSchedule', 'a b'), /taint sku=a b:NoSchedule/],
  [
    'a startup taint that is none',
    { spec: { requirements: [SIZE], startupTaints: [{ key: '-', effect: 'NoExecute' }] } },
    /startupTaints: the taint -:NoExecute/,
  ],
  [
    'a taint of its class that is none',
    asking(),
    /nodeTaints of the AgentPoolClass fast: the taint a b:NoExecute/,
    { nodeTaints: [{ key: 'a b', effect: 'NoExecute' }] },
  ],
  [
    'a label of its class that is none',
    asking(),
    /nodeLabels of the AgentPoolClass fast: no Node can have the label a b=c/,
    { nodeLabels: { 'a b': 'c' } },
  ],
])('names the field and the remedy for %s', (_what, parts, says, spec) => {
  expect(faultOf(parts, spec)).toMatch(says)
})

/** As Karpenter makes it for a NodePool, or as anybody does. */
function poolClaimFault(requirement: NodeRequirement, isOwned: boolean): string | undefined {
  const owner = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', name: 'gpu', uid: 'pool' }
  const metadata = isOwned ? { name: 'gpu-x7kq2', ownerReferences: [owner] } : {}
  const spec = { requirements: [{ ...SIZE, operator: 'In' as const }, requirement] }
  const claim = nodeClaimAdapter.read(aNodeClaim({ metadata, spec }))
  const choices = launchChoices(claim, {}, () => undefined)
  return claimFault(claim, { spec: {}, choices, region: 'East US' })
}

test.each<[key: string, operator: NodeRequirement['operator'], values: string[], alone: RegExp]>([
  ['karpenter.azure.com/sku-gpu-count', 'Gt', ['0'], /not known here/],
  ['karpenter.k8s.aws/instance-gpu-manufacturer', 'In', ['nvidia'], /not known here/],
  ['node.kubernetes.io/instance-category', 'Exists', [], /not known here/],
  ['team', 'Exists', [], /needs that label/],
])('leaves the requirement %s %s to Karpenter where a NodePool made the claim', (key, operator, values, alone) => {
  expect(poolClaimFault({ key, operator, values }, true)).toBeUndefined()
  expect(poolClaimFault({ key, operator, values }, false)).toMatch(alone)
})

test('what no node here can be is said of claims of a NodePool, too', () => {
  expect(poolClaimFault({ key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] }, true)).toMatch(/amd64/)
})
