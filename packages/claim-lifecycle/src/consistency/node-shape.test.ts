import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { aNode, seen } from '../testing/observed.ts'
import { nodeShape, recordedCapacity } from './node-shape.ts'

const recorded = { cpu: '24', 'nvidia.com/gpu': '8', memory: '200Gi', 'hugepages-1Gi': '0' }
const initialized = [{ type: 'MachineInitialized', status: 'True' }]
const machine = seen({ machine: { status: { capacity: recorded, conditions: initialized } } })
const nodeClaim = seen({ nodeClaim: { status: { capacity: recorded } } })
const having = (capacity: Record<string, string>): Node => aNode({}, { status: { capacity } })

test.each<[what: string, capacity: Record<string, string>, ofMachine: string, ofNodeClaim: string]>([
  ['all that was recorded', recorded, '', ''],
  ['a little less', { ...recorded, memory: '181Gi' }, '', ''],
  ['more', { ...recorded, cpu: '48' }, '', ''],
  [
    'fewer GPUs',
    { ...recorded, 'nvidia.com/gpu': '7' },
    'expected 8 of resource nvidia.com/gpu, but found 7 (87.5% of expected)',
    'expected 8 of resource nvidia.com/gpu, but found 7 (87.5% of expected)',
  ],
  [
    'no GPUs any more',
    { cpu: '24', memory: '200Gi' },
    'expected resource "nvidia.com/gpu" not found',
    'expected resource "nvidia.com/gpu" not found',
  ],
  [
    'less memory, which was not requested',
    { ...recorded, memory: '100Gi' },
    'expected 200Gi of resource memory, but found 100Gi (50.0% of expected)',
    '',
  ],
])('M42 N41 a node with %s', (_what, capacity, ofMachine, ofNodeClaim) => {
  const faultOf = ({ claim, serving }: typeof machine) => {
    const step = nodeShape(claim, having(capacity), serving)
    return step.met ? '' : step.message
  }
  expect([faultOf(machine), faultOf(nodeClaim)]).toEqual([ofMachine, ofNodeClaim])
})

test('what is recorded follows the node until it is usable, and then only grows', () => {
  const now = having({ 'nvidia.com/gpu': '7', 'rdma/ib': '1' })
  expect(recordedCapacity(machine.claim, now)).toEqual({ ...recorded, 'rdma/ib': '1' })
  expect(recordedCapacity(nodeClaim.claim, now)).toEqual({ 'nvidia.com/gpu': '7', 'rdma/ib': '1' })
})
