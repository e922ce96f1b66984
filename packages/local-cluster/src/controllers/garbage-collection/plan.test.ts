import { expect, test } from 'vitest'
import type { KubeObject } from '../../cluster-access.ts'
import { aPod } from '../../testing/objects.ts'
import { type OwnerState, planCollection } from './plan.ts'

const DELETED = { deletionTimestamp: '2026-01-01T00:00:00Z' }

function reference(uid: string, blockOwnerDeletion = true) {
  return { apiVersion: 'v1', kind: 'Owner', name: uid, uid, blockOwnerDeletion }
}

function owners(...states: OwnerState[]) {
  return states.map((state, n) => ({ reference: reference(`owner-${n}`), state }))
}

function dependentOf(owner: KubeObject, blocks: boolean): KubeObject {
  return aPod({ metadata: { name: 'dependent', ownerReferences: [reference(owner.metadata.uid ?? '', blocks)] } })
}

const free = aPod()
const foreground = aPod({ metadata: { ...DELETED, finalizers: ['foregroundDeletion'] } })
const orphaning = aPod({ metadata: { ...DELETED, finalizers: ['orphan'] } })

test.each<[rule: string, seen: Parameters<typeof planCollection>[0], does: string[]]>([
  ['leaves what nobody owns', { object: free, owners: [], dependents: [] }, []],
  ['leaves what a living owner has', { object: free, owners: owners('alive'), dependents: [] }, []],
  ['leaves what an owner of an unknown kind may have', { object: free, owners: owners('unknown'), dependents: [] }, []],
  [
    'deletes what lost its last owner',
    { object: free, owners: owners('absent', 'absent'), dependents: [] },
    ['delete Background'],
  ],
  [
    'keeps what another owner still has',
    { object: free, owners: owners('absent', 'alive'), dependents: [] },
    ['keepOwners'],
  ],
  [
    'deletes what a waiting owner waits for',
    { object: free, owners: owners('waitsForDependents'), dependents: [] },
    ['delete Background'],
  ],
  [
    'deletes from the leaves up when an owner waits',
    { object: free, owners: owners('waitsForDependents'), dependents: [dependentOf(free, true)] },
    ['delete Foreground'],
  ],
  [
    'waits for dependents that block',
    { object: foreground, owners: [], dependents: [dependentOf(foreground, true)] },
    ['visitDependents'],
  ],
  [
    'does not wait for dependents that do not block',
    { object: foreground, owners: [], dependents: [dependentOf(foreground, false)] },
    ['visitDependents', 'removeFinalizer'],
  ],
  [
    'lets dependents go free before an orphaning owner ends',
    { object: orphaning, owners: [], dependents: [] },
    ['orphanDependents', 'removeFinalizer'],
  ],
])('%s', (_rule, seen, does) => {
  expect(planCollection(seen).map((a) => (a.do === 'delete' ? `delete ${a.propagationPolicy}` : a.do))).toEqual(does)
})
