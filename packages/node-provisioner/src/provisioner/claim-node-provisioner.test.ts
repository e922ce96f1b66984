import { NODES } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { MACHINES } from '../claims/machine-kind.ts'
import { claimName } from '../slots/claim-name.ts'
import { aClaimWorld } from '../testing/claim-world.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { serveClaim } from '../testing/serve-claim.ts'
import { machineObject } from '../testing/wanted-claim.ts'

const call = { signal: new AbortController().signal }
const CLAIM = claimName({ workspaceUid: 'uid-1', ordinal: 0, attempt: 0 })
const RECORD = { ordinal: 0, attempt: 0, claimName: CLAIM }

test.each(['before', 'after'] as const)('a create that fails %s it is applied leaves one claim', async (when) => {
  const { cluster, provisioner } = aClaimWorld()
  cluster.failWrite({ when })
  await expect(provisioner.request(aNodeRequest(), call)).rejects.toThrow()
  expect(await provisioner.request(aNodeRequest(), call)).toEqual([RECORD])
  expect(cluster.list(MACHINES)).toHaveLength(1)
})

test('one claim that fails does not keep the others from being asked for', async () => {
  const { cluster, provisioner } = aClaimWorld()
  cluster.failWrite({ when: 'before', nth: 1 })
  await expect(provisioner.request(aNodeRequest({ count: 3 }), call)).rejects.toThrow()
  expect(cluster.list(MACHINES)).toHaveLength(2)
})

test('a cache that has not seen a recorded claim is not taken as its end', async () => {
  const { cluster, machines, provisioner } = aClaimWorld()
  machines.pause()
  cluster.put(MACHINES, machineObject(aNodeRequest(), CLAIM))
  const supply = await provisioner.supply(aNodeRequest({ slots: [RECORD] }), call)
  expect(supply).toMatchObject({ phase: 'waiting', reason: 'PoolCreating' })
  expect(supply.slots[0]).not.toHaveProperty('retryAt')
})

test('a read that fails is no proof that a claim vanished', async () => {
  const { cluster, provisioner } = aClaimWorld()
  cluster.failReads(new Error('away'))
  await expect(provisioner.supply(aNodeRequest({ slots: [RECORD] }), call)).rejects.toThrow('away')
})

test('a claim of that name made for somebody else is neither adopted nor deleted', async () => {
  const { cluster, provisioner } = aClaimWorld()
  const stranger = aNodeRequest({ workspace: { ...aNodeRequest().workspace, uid: 'uid-2' } })
  cluster.put(MACHINES, machineObject(stranger, CLAIM))
  const slots = await provisioner.request(aNodeRequest(), call)
  expect(await provisioner.supply(aNodeRequest({ slots }), call)).toMatchObject({
    phase: 'blocked',
    reason: 'NameConflict',
  })
  expect(await provisioner.release(aNodeRequest().workspace, call)).toEqual({ released: true })
  expect(cluster.get(MACHINES, CLAIM)?.metadata.deletionTimestamp).toBeUndefined()
})

test('a node that is lost stays on record with its size until its claim is gone', async () => {
  const { cluster, provisioner } = aClaimWorld()
  const sizes = { instanceTypes: ['Standard_a', 'Standard_b'] }
  await provisioner.request(aNodeRequest(sizes), call)
  serveClaim(cluster, CLAIM)
  const slotNow = async () => (await provisioner.supply(aNodeRequest({ ...sizes, slots: [RECORD] }), call)).slots[0]
  const node = { nodeName: `node-${CLAIM}`, instanceType: 'Standard_a' }
  expect(await slotNow()).toMatchObject({ phase: 'Ready', ...node })
  cluster.vanish(NODES, node.nodeName)
  expect(await slotNow()).toMatchObject({ phase: 'NotReady', reason: 'NodeNotRegistered', ...node })
  cluster.delete(MACHINES, CLAIM)
  expect(await slotNow()).toMatchObject({ phase: 'NotReady', reason: 'Deleting', ...node })
  cluster.vanish(MACHINES, CLAIM)
  expect(await slotNow()).toMatchObject({ phase: 'Retrying', nodeName: undefined, instanceType: undefined })
})

test('a claim that is being deleted is waited for, not replaced beside it', async () => {
  const { cluster, provisioner } = aClaimWorld()
  await provisioner.request(aNodeRequest(), call)
  serveClaim(cluster, CLAIM)
  cluster.delete(MACHINES, CLAIM)
  const request = aNodeRequest({ slots: [RECORD] })
  expect(await provisioner.supply(request, call)).toMatchObject({ phase: 'waiting', reason: 'Deleting' })
  expect(await provisioner.request(request, call)).toEqual([RECORD])
  expect(cluster.list(MACHINES)).toHaveLength(1)
})

test('each further attempt waits longer, half an hour at most', async () => {
  const { clock, provisioner } = aClaimWorld()
  const waits = [0, 1, 2, 20].map(async (attempt) => {
    const slot = { ordinal: 0, attempt, claimName: claimName({ workspaceUid: 'uid-1', ordinal: 0, attempt }) }
    const { slots } = await provisioner.supply(aNodeRequest({ slots: [slot] }), call)
    return Date.parse(slots[0]?.retryAt ?? '') - clock.now()
  })
  expect(await Promise.all(waits)).toEqual([10_000, 20_000, 40_000, 30 * 60_000])
})

test('an attempt that was asked for before a crash is found again', async () => {
  const { clock, cluster, provisioner } = aClaimWorld()
  const gone = { ...RECORD, retryAt: new Date(clock.now()).toISOString() }
  const [next] = await provisioner.request(aNodeRequest({ slots: [gone] }), call)
  expect(await provisioner.request(aNodeRequest({ slots: [gone] }), call)).toEqual([next])
  expect(cluster.list(MACHINES).map(({ metadata }) => metadata.name)).toEqual([next?.claimName])
})

test('what blocks one node is told before what others wait for, and these are looked at again all the same', async () => {
  const { cluster, provisioner } = aClaimWorld()
  const slots = await provisioner.request(aNodeRequest({ count: 2 }), call)
  const [first, second] = slots
  cluster.edit(MACHINES, second?.claimName ?? '', (machine) => {
    machine.status = {
      conditions: [{ type: 'MachineLaunched', status: 'False', reason: 'QuotaExceeded', message: 'no' }],
    }
  })
  cluster.vanish(MACHINES, first?.claimName ?? '')
  expect(await provisioner.supply(aNodeRequest({ count: 2, slots }), call)).toMatchObject({
    phase: 'blocked',
    reason: 'QuotaExceeded',
    slots: [{ phase: 'Retrying' }, { phase: 'Blocked' }],
    revisitAfterMs: expect.any(Number),
  })
})

test('claims are given back by what the server lists, not by what a cache remembers', async () => {
  const { cluster, machines, provisioner } = aClaimWorld()
  machines.pause()
  cluster.put(MACHINES, machineObject(aNodeRequest(), CLAIM))
  expect(await provisioner.release(aNodeRequest().workspace, call)).toMatchObject({ released: false })
  expect(cluster.list(MACHINES)).toEqual([])
})

test('claims that are known to be on their way out cost the server nothing', async () => {
  const { cluster, provisioner } = aClaimWorld()
  await provisioner.request(aNodeRequest(), call)
  serveClaim(cluster, CLAIM)
  await provisioner.release(aNodeRequest().workspace, call)
  cluster.failReads(new Error('asked again'))
  expect(await provisioner.release(aNodeRequest().workspace, call)).toMatchObject({ released: false })
})

test('a claim that only the server knows is found when the cached ones are gone', async () => {
  const { cluster, machines, provisioner } = aClaimWorld()
  machines.pause()
  cluster.put(MACHINES, machineObject(aNodeRequest(), CLAIM))
  cluster.edit(MACHINES, CLAIM, ({ metadata }) => {
    metadata.finalizers = ['karpenter.sh/termination']
  })
  await provisioner.release(aNodeRequest().workspace, call)
  expect(await provisioner.release(aNodeRequest().workspace, call)).toMatchObject({ released: false })
  cluster.vanish(MACHINES, CLAIM)
  expect(await provisioner.release(aNodeRequest().workspace, call)).toEqual({ released: true })
})

test('claims on their way out are not deleted twice, and a blocked drain is named', async () => {
  const { cluster, provisioner } = aClaimWorld()
  await provisioner.request(aNodeRequest(), call)
  serveClaim(cluster, CLAIM)
  await provisioner.release(aNodeRequest().workspace, call)
  cluster.edit(MACHINES, CLAIM, ({ status }) => {
    status?.conditions?.push({ type: 'Drained', status: 'False', reason: 'DrainBlocked', message: 'budget web' })
  })
  const blocked = { reason: 'DrainBlocked', message: `${CLAIM}: budget web` }
  expect(await provisioner.release(aNodeRequest().workspace, call)).toEqual({ released: false, ...blocked })
  expect(await provisioner.supply(aNodeRequest({ slots: [RECORD] }), call)).toMatchObject(blocked)
  expect(cluster.writes.filter(({ verb }) => verb === 'delete')).toHaveLength(1)
})

test('a heartbeat of a node is no news', async () => {
  const { cluster, provisioner, told } = aClaimWorld()
  await provisioner.request(aNodeRequest(), call)
  serveClaim(cluster, CLAIM)
  told.length = 0
  cluster.edit(NODES, `node-${CLAIM}`, ({ status }) => {
    const [ready] = status?.conditions ?? []
    if (ready) ready.lastHeartbeatTime = '2026-01-01T00:00:00Z'
  })
  expect(told).toEqual([])
  cluster.edit(NODES, `node-${CLAIM}`, ({ status }) => {
    if (status) status.allocatable = {}
  })
  expect(told).toEqual(['default/phi-3'])
})
