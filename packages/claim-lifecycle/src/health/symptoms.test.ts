import { aMachine } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import { aNode } from '../testing/observed.ts'
import { symptoms } from './symptoms.ts'

const claim = machineAdapter.read(aMachine())
const node = (conditions: Record<string, 'True' | 'False' | 'Unknown'>, gpus = '1') =>
  aNode(
    {},
    {
      status: {
        allocatable: { 'nvidia.com/gpu': gpus },
        conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })),
      },
    },
  )

test.each<[what: string, conditions: Parameters<typeof node>[0], reasons: string[]]>([
  ['a ready node', { Ready: 'True', KernelDeadlock: 'False', GPUMissing: 'False' }, []],
  ['one that is not ready', { Ready: 'False' }, ['NodeNotReady']],
  ['one whose kubelet is silent', { Ready: 'Unknown' }, ['NodeNotReady']],
  ['one that says nothing', {}, ['NodeNotReady']],
  ['one that lost a GPU', { Ready: 'True', GPUMissing: 'True' }, ['GPUMissing']],
  ['one with GPU errors', { Ready: 'True', XIDErrors: 'True' }, ['XIDErrors']],
  ['one with a dead link', { Ready: 'True', NVLinkStatusInactive: 'True' }, ['NVLinkStatusInactive']],
  [
    'one without device plugin',
    { Ready: 'True', UnhealthyNvidiaDevicePlugin: 'True' },
    ['UnhealthyNvidiaDevicePlugin'],
  ],
  ['one that hangs', { Ready: 'True', KernelDeadlock: 'True' }, ['KernelDeadlock']],
  ['one that cannot write', { Ready: 'True', ReadonlyFilesystem: 'True' }, ['ReadonlyFilesystem']],
  ['one whose kubelet keeps ending', { Ready: 'True', FrequentKubeletRestart: 'True' }, ['FrequentKubeletRestart']],
  ['several, the gravest first', { Ready: 'True', XIDErrors: 'True', GPUMissing: 'True' }, ['GPUMissing', 'XIDErrors']],
  ['maintenance that is announced', { Ready: 'True', VMEventScheduled: 'True' }, []],
  ['a GPU that is slowed down', { Ready: 'True', GPUClockThrottling: 'True' }, []],
])('%s', (_what, conditions, reasons) => {
  expect(symptoms(claim, node(conditions)).map(({ reason }) => reason)).toEqual(reasons)
})

test('row 45: GPUs that do not come back after a repair are a symptom', () => {
  expect(symptoms(claim, node({ Ready: 'True' }, '0'))).toMatchObject([{ reason: 'GPUNotRegistered' }])
})
