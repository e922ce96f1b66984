import type { Taint } from '@kaito/api'
import { aMachine, aNodeClaim } from '@kaito/api/testing'
import type { Node } from '@kaito/controller-kit'
import { describe, expect, test } from 'vitest'
import { machineAdapter, nodeClaimAdapter, US } from '../testing/adapters.ts'
import { registrationPatch, wasOpenTooEarly } from './registration.ts'

const owner = { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine' }
const agentTaint = { key: 'cilium', value: 'wait', effect: 'NoExecute' } as const

function claimed(parts: Parameters<typeof aMachine>[0] = {}) {
  return machineAdapter.read(aMachine(parts))
}

function node(metadata: Partial<Node['metadata']> = {}, taints: Taint[] = []): Node {
  return { metadata: { name: 'n', resourceVersion: '7', ...metadata }, spec: { providerID: 'fake:///1', taints } }
}

function patched(claim: ReturnType<typeof claimed>, on: Node, initialized = false) {
  return registrationPatch({ claim, owner, provisioner: US, node: on, initialized })
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
      labels: {
        team: 'a',
        'kaito.sh/claim-uid': claim.uid,
        'kaito.sh/provisioner': 'gpu-provisioner',
        'karpenter.sh/registered': 'true',
      },
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
  const labels = {
    'kaito.sh/claim-uid': claim.uid,
    'kaito.sh/provisioner': 'gpu-provisioner',
    'node.kubernetes.io/instance-type': 'real',
  }
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

describe('the Node of a NodeClaim', () => {
  const nodeClaimOwner = { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim' }
  const unregistered: Taint = { key: 'karpenter.sh/unregistered', effect: 'NoExecute' }
  const sku: Taint = { key: 'sku', value: 'gpu', effect: 'NoSchedule' }
  const nodeClaim = (parts: Parameters<typeof aNodeClaim>[0] = {}) => nodeClaimAdapter.read(aNodeClaim(parts))
  const patchOf = (on: Node, claim = nodeClaim()) =>
    registrationPatch({ claim, owner: nodeClaimOwner, provisioner: US, node: on, initialized: false })

  test('N15 loses the taint that kept pods off in the patch that registers it', () => {
    expect(patchOf(node({}, [unregistered, agentTaint]))).toMatchObject({
      metadata: { labels: { 'karpenter.sh/registered': 'true' } },
      spec: { taints: [agentTaint, sku] },
    })
  })

  test('N15 loses that taint also when nothing else is missing', () => {
    const claim = nodeClaim({ spec: { taints: [] } })
    expect(patchOf(node({}, [unregistered]), claim)).toMatchObject({ spec: { taints: [] } })
  })

  test.each<[what: string, on: Node, early: boolean]>([
    ['that came without it', node(), true],
    ['that came with it', node({}, [unregistered]), false],
    ['that is registered', node({ labels: { 'karpenter.sh/registered': 'true' } }), false],
  ])('N16 one %s could be used too early: %s', (_what, on, early) => {
    expect(wasOpenTooEarly(nodeClaim(), on)).toBe(early)
  })

  test('N17 is owned once, held, labelled, annotated and tainted in one patch', () => {
    const claim = nodeClaim({
      metadata: { labels: { team: 'a' }, annotations: { note: 'b', 'kaito.sh/launch-refusals': '{}' } },
      spec: { startupTaints: [agentTaint] },
    })
    const ours = { ...nodeClaimOwner, name: claim.name, uid: claim.uid, blockOwnerDeletion: true }
    expect(patchOf(node(), claim)).toMatchObject({
      metadata: {
        resourceVersion: '7',
        finalizers: ['karpenter.sh/termination'],
        ownerReferences: [ours],
        labels: { team: 'a', 'karpenter.sh/registered': 'true' },
        annotations: { note: 'b' },
      },
      spec: { taints: [sku, agentTaint] },
    })
    const owned = patchOf(node({ ownerReferences: [ours] }), claim)
    expect(owned).not.toHaveProperty(['metadata', 'ownerReferences'])
  })

  test('N18 keeps its taints as they are where it says so, except for the one of registration', () => {
    const labels = { 'karpenter.sh/do-not-sync-taints': 'true' }
    const claim = nodeClaim({ spec: { startupTaints: [agentTaint] } })
    expect(patchOf(node({ labels }, [unregistered]), claim)).toMatchObject({ spec: { taints: [] } })
    expect(patchOf(node({ labels }), claim)).not.toHaveProperty('spec')
  })

  test('N26 carries the label of its class', () => {
    expect(patchOf(node())).toMatchObject({ metadata: { labels: { 'kaito.sh/kaitonodeclass': 'default' } } })
  })
})
