import { aMachine, aNodeClaim } from '@kaito/api/testing'
import { ApiError, DEFINITIONS, type KubernetesObject } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { machineAdapter, nodeClaimAdapter, US } from '../testing/adapters.ts'
import { createServedKind } from './served-kind.ts'

const { signal } = new AbortController()
const notServed = new ApiError({ status: 404, reason: 'NotFound', message: 'the server has no such resource' })

/** `lists` fails every list of claims; reads of definitions go on. */
function aKind({
  lists,
  isServed = true,
  synced = true,
}: {
  lists?: Error
  isServed?: boolean
  synced?: boolean
} = {}) {
  const cluster = createFakeCluster({ clock: createManualClock() })
  const client = { ...cluster.client, ...(lists && { list: () => Promise.reject(lists) }) }
  const cache = { ...cluster.cacheOf(nodeClaimAdapter.resource), synced: () => synced, healthy: () => false }
  const kind = createServedKind({
    adapter: nodeClaimAdapter,
    client,
    provisioner: US,
    claims: isServed ? cache : undefined,
  })
  const put = (name: string, nodeClassKind: string) => {
    const nodeClassRef = { group: 'kaito.sh', kind: nodeClassKind, name: 'default' }
    const object = aNodeClaim({ metadata: { name, uid: `uid-${name}` }, spec: { nodeClassRef } })
    cluster.put(nodeClaimAdapter.resource, object)
  }
  return { cluster, kind, put }
}

test('N6 shows the claims that are ours, and no others', async () => {
  const { kind, put } = aKind()
  put('ours', 'KaitoNodeClass')
  put('others', 'EC2NodeClass')
  expect((await kind.list(signal)).map(({ name }) => name)).toEqual(['ours'])
  expect(kind.cached().map(({ name }) => name)).toEqual(['ours'])
  expect(await kind.get('ours', signal)).toMatchObject({ uid: 'uid-ours' })
  expect(await kind.get('others', signal)).toBeUndefined()
})

test('shows the claims of everybody to whom they all matter, and says which are not ours', async () => {
  const { cluster, kind, put } = aKind()
  put('ours', 'KaitoNodeClass')
  put('others', 'EC2NodeClass')
  put('inventorys', 'KaitoNodeClass')
  cluster.edit(nodeClaimAdapter.resource, 'inventorys', ({ metadata }) => {
    metadata.annotations = { 'kaito.sh/provisioner': 'inventory' }
  })
  const { nodeClassRef: _, ...spec } = aNodeClaim().spec
  cluster.put<KubernetesObject>(nodeClaimAdapter.resource, Object.assign({ metadata: { name: 'lax' } }, { spec }))
  const found = await kind.listEverybodys(signal)
  expect(found.map(({ claim, isOthers }) => [claim.name, isOthers]).sort()).toEqual([
    ['inventorys', true],
    ['lax', true],
    ['others', true],
    ['ours', false],
  ])
  expect((await kind.list(signal)).map(({ name }) => name)).toEqual(['ours'])
  expect(await kind.get('inventorys', signal)).toBeUndefined()
})

test('a kind without a definition has no claims', async () => {
  const { kind } = aKind({ lists: notServed, synced: false })
  expect(await kind.list(signal)).toEqual([])
})

test.each([
  ['its definition is there', true, false, notServed],
  ['it was listed before', false, true, notServed],
  ['the server fails', false, false, new ApiError({ status: 503, reason: 'ServiceUnavailable', message: 'later' })],
])('nothing is concluded from a list that fails while %s', async (_what, isInstalled, synced, lists) => {
  const { cluster, kind } = aKind({ lists, synced })
  const definition: KubernetesObject = { metadata: { name: 'nodeclaims.karpenter.sh' } }
  if (isInstalled) cluster.put(DEFINITIONS, definition)
  await expect(kind.list(signal)).rejects.toThrow(lists)
})

test('a kind that is not served is still listed, since its claims have instances', async () => {
  const { kind, put } = aKind({ isServed: false })
  put('ours', 'KaitoNodeClass')
  expect(kind.isServed).toBe(false)
  expect(kind.cached()).toEqual([])
  expect((await kind.list(signal)).map(({ name }) => name)).toEqual(['ours'])
})

test('a watch that is not there does no harm, one that is down does', () => {
  expect(aKind({ synced: false }).kind.healthy()).toBe(true)
  expect(aKind({ isServed: false }).kind.healthy()).toBe(true)
  expect(aKind().kind.healthy()).toBe(false)
})

test('names what owner references name', () => {
  const { client } = createFakeCluster({ clock: createManualClock() })
  const machines = createServedKind({ adapter: machineAdapter, client, provisioner: US, claims: undefined })
  expect(machines.owner).toEqual({ apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine' })
  expect(machineAdapter.isOurs(aMachine())).toBe(true)
})
