import { expect, test } from 'vitest'
import type { Condition } from '../../objects/condition.ts'
import type { Taint } from '../../objects/node.ts'
import { aNode } from '../../testing/objects.ts'
import { conditionTaints } from './condition-taints.ts'

const NOW = '2026-01-01T00:00:00Z'
const taint = (name: string, effect: string): Taint => ({ key: `node.kubernetes.io/${name}`, effect })
const timed = (name: string): Taint => ({ ...taint(name, 'NoExecute'), timeAdded: NOW })
const own: Taint = { key: 'sku', value: 'gpu', effect: 'NoSchedule' }
const ready = (status: string): Condition[] => [{ type: 'Ready', status }]

test.each<[rule: string, conditions: Condition[], present: Taint[], cordoned: boolean, taints: Taint[]]>([
  [
    'keeps pods off until the kubelet has spoken',
    [],
    [taint('not-ready', 'NoSchedule')],
    false,
    [taint('not-ready', 'NoSchedule')],
  ],
  ['lets pods on once the node is ready', ready('True'), [own, taint('not-ready', 'NoSchedule')], false, [own]],
  [
    'evicts when the node is not ready',
    ready('False'),
    [own],
    false,
    [own, taint('not-ready', 'NoSchedule'), timed('not-ready')],
  ],
  [
    'evicts when nothing is known',
    ready('Unknown'),
    [timed('not-ready')],
    false,
    [taint('unreachable', 'NoSchedule'), timed('unreachable')],
  ],
  [
    'keeps the time of a taint',
    ready('False'),
    [{ ...timed('not-ready'), timeAdded: 'before' }],
    false,
    [{ ...timed('not-ready'), timeAdded: 'before' }, taint('not-ready', 'NoSchedule')],
  ],
  [
    'follows pressure',
    [...ready('True'), { type: 'DiskPressure', status: 'True' }],
    [],
    false,
    [taint('disk-pressure', 'NoSchedule')],
  ],
  [
    'follows a missing network',
    [...ready('True'), { type: 'NetworkUnavailable', status: 'True' }],
    [],
    false,
    [taint('network-unavailable', 'NoSchedule')],
  ],
  ['follows a cordon', ready('True'), [own], true, [own, taint('unschedulable', 'NoSchedule')]],
])('%s', (_rule, conditions, taints, unschedulable, expected) => {
  expect(conditionTaints(aNode({ spec: { taints, unschedulable }, status: { conditions } }), NOW)).toEqual(expected)
})
