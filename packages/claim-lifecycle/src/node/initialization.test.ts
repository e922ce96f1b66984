import { aMachine } from '@kaito/api/testing'
import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import { initialization } from './initialization.ts'

const ready = { type: 'Ready', status: 'True' } as const
const claim = (requests: Record<string, string>) =>
  machineAdapter.read(
    aMachine({
      spec: { resources: { requests }, startupTaints: [{ key: 'agent', value: 'wait', effect: 'NoExecute' }] },
    }),
  )

function node(
  parts: { taint?: [key: string, effect: string]; allocatable?: Record<string, string>; status?: 'False' } = {},
): Node {
  const { taint, allocatable = {}, status } = parts
  const taints = taint ? [{ key: taint[0], value: 'wait', effect: taint[1] }] : []
  return {
    metadata: { name: 'n' },
    spec: { taints },
    status: { allocatable, conditions: [{ ...ready, ...(status && { status }) }] },
  }
}

test.each<[rule: string, requests: Record<string, string>, node: Node, reason: string | undefined, message: string]>([
  [
    'waits for a node that is not ready (M20)',
    {},
    node({ status: 'False' }),
    'NodeNotReady',
    'Node status is NotReady',
  ],
  [
    'waits for startup taints, by key and effect (M21)',
    {},
    node({ taint: ['agent', 'NoExecute'] }),
    'StartupTaintsExist',
    'StartupTaint "agent=wait:NoExecute" still exists',
  ],
  ['does not wait for another effect of a startup taint', {}, node({ taint: ['agent', 'NoSchedule'] }), undefined, ''],
  [
    'waits for a node that is not ready for pods (M22)',
    {},
    node({ taint: ['node.kubernetes.io/not-ready', 'NoSchedule'] }),
    'KnownEphemeralTaintsExist',
    'KnownEphemeralTaint "node.kubernetes.io/not-ready=wait:NoSchedule" still exists',
  ],
  [
    'waits for an unreachable node (M22)',
    {},
    node({ taint: ['node.kubernetes.io/unreachable', 'NoSchedule'] }),
    'KnownEphemeralTaintsExist',
    'unreachable',
  ],
  [
    "waits for the cloud's own set-up (M22)",
    {},
    node({ taint: ['node.cloudprovider.kubernetes.io/uninitialized', 'NoSchedule'] }),
    'KnownEphemeralTaintsExist',
    'uninitialized',
  ],
  [
    'waits for requested GPUs (M23)',
    { 'nvidia.com/gpu': '1' },
    node(),
    'GPUNotRegistered',
    'Resource "nvidia.com/gpu" was requested but not registered',
  ],
  [
    'waits for all requested GPUs (M23)',
    { 'nvidia.com/gpu': '4' },
    node({ allocatable: { 'nvidia.com/gpu': '3' } }),
    'GPUNotRegistered',
    'nvidia.com/gpu',
  ],
  [
    'waits for other devices (M23)',
    { 'rdma/ib': '1' },
    node({ allocatable: { 'rdma/ib': '0' } }),
    'ResourceNotRegistered',
    'rdma/ib',
  ],
  ['ignores a request of zero (M23)', { 'nvidia.com/gpu': '0' }, node(), undefined, ''],
  ['ignores the disk size (M24)', { storage: '50Gi' }, node(), undefined, ''],
  [
    'takes any amount of what the system keeps a part of',
    { memory: '100Gi' },
    node({ allocatable: { memory: '90Gi' } }),
    undefined,
    '',
  ],
  [
    'is initialized when all is there (M25)',
    { 'nvidia.com/gpu': '1' },
    node({ allocatable: { 'nvidia.com/gpu': '1' } }),
    undefined,
    '',
  ],
])('%s', (_rule, requests, on, reason, message) => {
  const step = initialization(claim(requests), on, undefined)
  expect(step.met ? undefined : step.reason).toBe(reason)
  expect(step.met ? '' : step.message).toContain(message)
})

test.each([
  ['N21 not ready and not to be stayed on', 'node.kubernetes.io/not-ready', 'NoExecute'],
  ['N21 not registered', 'karpenter.sh/unregistered', 'NoExecute'],
  ['N21 held by a readiness gate', 'readiness.k8s.io/network', 'NoSchedule'],
])('waits for a node that is marked as %s', (_what, ...taint) => {
  expect(initialization(claim({}), node({ taint }), undefined)).toMatchObject({ reason: 'KnownEphemeralTaintsExist' })
})

test('N20 tells the first of what is missing', () => {
  const requests = { 'nvidia.com/gpu': '1' }
  const lacking = node({ taint: ['node.kubernetes.io/not-ready', 'NoSchedule'], status: 'False' })
  expect(initialization(claim(requests), lacking, undefined)).toMatchObject({ reason: 'NodeNotReady' })
  const both = [
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    { key: 'agent', effect: 'NoExecute' },
  ]
  const tainted = { ...node(), spec: { taints: both } }
  expect(initialization(claim(requests), tainted, undefined)).toMatchObject({ reason: 'StartupTaintsExist' })
  const passing = { ...node(), spec: { taints: both.slice(0, 1) } }
  expect(initialization(claim(requests), passing, undefined)).toMatchObject({ reason: 'KnownEphemeralTaintsExist' })
})

test('stays initialized when the node becomes unready later (M26)', () => {
  const later = node({ status: 'False' })
  later.metadata.labels = { 'karpenter.sh/initialized': 'true' }
  expect(initialization(claim({}), later, undefined)).toEqual({ met: true })
})

test.each([
  [false, 'No device plugin runs on the node'],
  [true, 'A device plugin runs on the node'],
  [undefined, 'Check that the NVIDIA device plugin runs'],
])('names the remedy when a device plugin runs: %s', (runs, remedy) => {
  expect(initialization(claim({ 'nvidia.com/gpu': '1' }), node(), runs)).toMatchObject({
    message: expect.stringContaining(remedy),
  })
})
