import type { Taint } from '@kaito/api'
import { aMachine } from '@kaito/api/testing'
import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { machineAdapter } from '../claim/machine-adapter.ts'
import { registrationPatch } from './registration.ts'

const owner = { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine' }
const agentTaint: Taint = { key: 'cilium', value: 'wait', effect: 'NoExecute' }

function claimed(parts: Parameters<typeof aMachine>[0] = {}) {
  return machineAdapter.read(aMachine(parts))
}

function node(metadata: Partial<Node['metadata']> = {}, taints: Taint[] = []): Node {
  return { metadata: { name: 'n', resourceVersion: '7', ...metadata }, spec: { providerID: 'fake:///1', taints } }
}

function patched(claim: ReturnType<typeof claimed>, on: Node, initialized = false) {
  return registrationPatch({ claim, owner, node: on, initialized })
}

test("makes the Node the claim's in one patch of the Node as it was read (M15)", () => {
  const claim = claimed({
    metadata: { labels: { team: 'a' }, annotations: { note: 'b', 'kaito.sh/retry': '1' } },
    spec: { taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }], startupTaints: [agentTaint] },
  })
  const provisioner = { apiVersion: 'v1alpha5', kind: 'Provisioner', name: 'default', uid: 'p' }
  const other = { apiVersion: 'v1', kind: 'Other', name: 'o', uid: 'o' }
  expect(patched(claim, node({ ownerReferences: [provisioner, other], finalizers: ['x/y'] }))).toEqual({
    metadata: {
      resourceVersion: '7',
      finalizers: ['x/y', 'karpenter.sh/termination'],
      ownerReferences: [other, { ...owner, name: claim.name, uid: claim.uid, blockOwnerDeletion: true }],
      labels: { team: 'a', 'kaito.sh/claim-uid': claim.uid, 'karpenter.sh/registered': 'true' },
      annotations: { note: 'b' },
    },
    spec: { taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }, agentTaint] },
  })
})

test('keeps a taint of the same key and effect that has another value (M16)', () => {
  const claim = claimed({ spec: { taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }] } })
  const patch = patched(claim, node({}, [{ key: 'sku', value: 'cpu', effect: 'NoSchedule' }]))
  expect(patch).not.toHaveProperty('spec')
})

test('does not put a startup taint back that somebody took off (M18)', () => {
  const claim = claimed({ spec: { startupTaints: [agentTaint] } })
  expect(patched(claim, node({ labels: { 'karpenter.sh/registered': 'true' } }))).not.toHaveProperty('spec')
})

test('does not put a startup taint back on a Node that lost its labels (M18, M19)', () => {
  const conditions = [{ type: 'MachineRegistered', status: 'True' }]
  const claim = claimed({ spec: { startupTaints: [agentTaint] }, status: { providerID: 'fake:///1', conditions } })
  const patch = patched(claim, node())
  expect(patch).not.toHaveProperty('spec')
  expect(patch).toMatchObject({ metadata: { labels: { 'karpenter.sh/registered': 'true' } } })
})

test('restores what was taken off by hand, and nothing else (M19)', () => {
  const claim = claimed()
  const ownerReferences = [{ ...owner, name: claim.name, uid: claim.uid, blockOwnerDeletion: true }]
  const labels = { 'kaito.sh/claim-uid': claim.uid, 'node.kubernetes.io/instance-type': 'real' }
  const finalizers = ['karpenter.sh/termination']
  const taints = [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }]
  const stripped = node({ labels, ownerReferences, finalizers }, taints)
  expect(patched(claim, stripped)).toEqual({
    metadata: { resourceVersion: '7', labels: { 'karpenter.sh/registered': 'true' } },
  })
  const whole = node({ labels: { ...labels, 'karpenter.sh/registered': 'true' }, ownerReferences, finalizers }, taints)
  expect(patched(claim, whole)).toBeUndefined()
})

test('says on the Node when it is initialized (M25)', () => {
  expect(patched(claimed(), node(), true)).toMatchObject({
    metadata: { labels: { 'karpenter.sh/initialized': 'true' } },
  })
})

test('does not overwrite what the machine says of itself', () => {
  const claim = claimed({ metadata: { labels: { 'node.kubernetes.io/instance-type': 'wished' } } })
  const patch = patched(claim, node({ labels: { 'node.kubernetes.io/instance-type': 'real' } }))
  expect(patch).not.toHaveProperty(['metadata', 'labels', 'node.kubernetes.io/instance-type'])
})
