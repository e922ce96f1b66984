import { expect, test } from 'vitest'
import { aWorkspace } from '../testing/builders.ts'
import { workspaceFaults } from './faults.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const labelSelector = { matchLabels: { apps: 'phi-3' } }
const poolClass = { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'gpu' }

const faults = (resource: object) => workspaceFaults({ ...aWorkspace(), resource: { labelSelector, ...resource } })

test.each<[what: string, resource: object]>([
  ['a size alone, for one node', { instanceType: A100 }],
  ['sixteen nodes', { instanceType: A100, count: 16 }],
  ['sizes in order', { instanceTypes: [A100, 'Standard_NC48ads_A100_v4'] }],
  ['a first size and others', { instanceType: A100, instanceTypes: ['Standard_NC48ads_A100_v4'] }],
  ['the size of another cloud', { instanceType: 'p4d.24xlarge' }],
  ['spot nodes', { instanceType: A100, capacityType: 'spot' }],
  ['a class', { instanceType: A100, nodeClassRef: poolClass }],
  ['new nodes only', { instanceType: A100, existingNodes: 'Never', allOrNothing: true }],
  ['nodes by name', { instanceType: A100, preferredNodes: ['aks-gpu-1'] }],
])('takes %s', (_what, resource) => expect(faults(resource)).toEqual([]))

test.each<[what: string, resource: object, path: string, message: string]>([
  ['no node', { instanceType: A100, count: 0 }, 'resource.count', 'Too small: expected number to be >=1'],
  ['too many nodes', { instanceType: A100, count: 17 }, 'resource.count', 'Too big: expected number to be <=16'],
  ['half a node', { instanceType: A100, count: 1.5 }, 'resource.count', 'Invalid input: expected int, received number'],
  ['no size', {}, 'resource.instanceType', 'name the GPU size of the nodes, for example Standard_NC24ads_A100_v4'],
  [
    'an empty list of sizes',
    { instanceType: A100, instanceTypes: [] },
    'resource.instanceTypes',
    'Too small: expected array to have >=1 items',
  ],
  [
    'a size that no label can name',
    { instanceType: 'Standard NC24' },
    'resource.instanceType',
    'is not the name of a GPU size; write one such as Standard_NC24ads_A100_v4',
  ],
  [
    'such a size among others',
    { instanceTypes: [A100, ''] },
    'resource.instanceTypes[1]',
    'is not the name of a GPU size; write one such as Standard_NC24ads_A100_v4',
  ],
  ...Object.entries({
    'a size twice': { instanceTypes: [A100, A100] },
    'a size twice, in another spelling': { instanceTypes: [A100, A100.toLowerCase()] },
    'a size that is the first already': { instanceType: A100, instanceTypes: [A100.toUpperCase()] },
  }).map(([what, resource]): [string, object, string, string] => [
    what,
    resource,
    'resource.instanceTypes',
    'a size is named twice, in instanceTypes or also in instanceType; name each once, the first choice first',
  ]),
  [
    'a kind of capacity that nobody sells',
    { instanceType: A100, capacityType: 'Spot' },
    'resource.capacityType',
    'Invalid option: expected one of "on-demand"|"spot"',
  ],
  [
    'a class without a name',
    { instanceType: A100, nodeClassRef: { ...poolClass, name: '<name>' } },
    'resource.nodeClassRef.name',
    'resource.nodeClassRef.name must be the name of an object: lower-case letters, digits, "-" and "."; replace the placeholder if this is one',
  ],
  [
    'a part of a node',
    { instanceType: A100, partition: { mode: 'mig', profile: '1g.10gb' } },
    'resource.partition',
    'a Workspace has its nodes for itself, so no part of one is served; leave resource.partition out and choose a smaller size',
  ],
])('refuses %s', (_what, resource, path, message) => expect(faults(resource)).toEqual([{ path, message }]))
