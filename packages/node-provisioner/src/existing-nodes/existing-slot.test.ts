import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import type { SlotState } from '../node-provisioner.ts'
import { anExistingNode } from '../testing/existing-node.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { existingSlot } from './existing-slot.ts'

const NOW = Date.UTC(2030, 0, 1)
const record = { ordinal: 0, attempt: 0, nodeName: 'gpu-1' }

test.each<[rule: string, node: Node | undefined, state: Partial<SlotState>]>([
  [
    'a node that is usable is ready',
    anExistingNode('gpu-1'),
    { phase: 'Ready', instanceType: 'Standard_NC24ads_A100_v4' },
  ],
  [
    'one that was cordoned, tainted and labelled anew since serves on',
    anExistingNode('gpu-1', {
      metadata: { name: 'gpu-1', labels: { apps: 'other' } },
      spec: { unschedulable: true, taints: [{ key: 'team', effect: 'NoSchedule' }] },
    }),
    { phase: 'Ready' },
  ],
  [
    'one whose kubelet is silent is not ready',
    anExistingNode('gpu-1', { status: { conditions: [{ type: 'Ready', status: 'Unknown', message: 'silent' }] } }),
    { phase: 'NotReady', reason: 'NodeNotReady', message: 'node gpu-1 is not ready: silent' },
  ],
  [
    'one that lost its GPUs is not ready',
    anExistingNode('gpu-1', { status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: {} } }),
    { phase: 'NotReady', reason: 'GPUNotRegistered' },
  ],
  [
    'one that is being deleted is not ready',
    anExistingNode('gpu-1', { metadata: { name: 'gpu-1', deletionTimestamp: '2030-01-01T00:00:00Z' } }),
    { phase: 'NotReady', reason: 'NodeNotRegistered' },
  ],
  [
    'one that is gone is tried anew later',
    undefined,
    {
      phase: 'Retrying',
      reason: 'NodeNotRegistered',
      retryAt: '2030-01-01T00:00:10Z',
      message: 'node gpu-1 is gone; another one is asked for at 2030-01-01T00:00:10Z',
    },
  ],
])('%s', (...[, node, state]) => {
  const view = existingSlot({ record, node }, aNodeRequest(), NOW)
  expect(view).toMatchObject({ isMissing: false, state: { ...record, ...state } })
  expect(view.state).not.toHaveProperty('claimName')
})

test('what is gone may be served by another existing node once its time has come', () => {
  const gone = { ...record, retryAt: '2030-01-01T00:00:00Z' }
  expect(existingSlot({ record: gone, node: undefined }, aNodeRequest(), NOW)).toMatchObject({
    isMissing: true,
    mayTakeExisting: true,
    next: { ordinal: 0, attempt: 1, claimName: expect.any(String) },
  })
})
