import { expect, test } from 'vitest'
import { claimName } from '../slots/claim-name.ts'
import { aClaimWorld } from '../testing/claim-world.ts'
import { aNodeRequest } from '../testing/node-request.ts'
import { serveClaim } from '../testing/serve-claim.ts'
import { machineObject } from '../testing/wanted-claim.ts'
import { MACHINES } from './machine-kind.ts'

const call = { signal: new AbortController().signal }
const CLAIM = claimName({ workspaceUid: 'uid-1', ordinal: 0, attempt: 0 })
const RECORD = { ordinal: 0, attempt: 0, claimName: CLAIM }

test('the deadline of a group is a setting, and what is over is given back by what the server lists', async () => {
  const { clock, cluster, machines, provisioner } = aClaimWorld({ groupDeadlineMs: 60_000 })
  const together = aNodeRequest({ count: 2, allOrNothing: true })
  const slots = await provisioner.request(together, call)
  serveClaim(cluster, CLAIM)
  await clock.advance(60_000)
  const over = await provisioner.supply({ ...together, slots }, call)
  expect(over).toMatchObject({ phase: 'expired', isRecorded: false })
  machines.pause()
  cluster.put(MACHINES, machineObject(together, 'ws-unseen'))
  expect(await provisioner.supply({ ...together, slots: over.slots }, call)).toMatchObject({ isRecorded: true })
  expect(await provisioner.giveBack(together.workspace, call)).toMatchObject({ released: false })
  expect(
    cluster.list(MACHINES).map(({ metadata }) => [metadata.name, metadata.deletionTimestamp !== undefined]),
  ).toEqual([[CLAIM, true]])
})

test('a claim of somebody else keeps no group waiting for its end', async () => {
  const { clock, cluster, provisioner } = aClaimWorld()
  const stranger = aNodeRequest({ workspace: { ...aNodeRequest().workspace, uid: 'uid-2' } })
  cluster.put(MACHINES, machineObject(stranger, CLAIM))
  const together = aNodeRequest({ allOrNothing: true, slots: [RECORD] })
  await clock.advance(60 * 60_000)
  expect(await provisioner.supply(together, call)).toMatchObject({ phase: 'blocked', reason: 'NameConflict' })
})

test('a group of which some claims were asked for before a crash has a deadline, too', async () => {
  const { clock, cluster, provisioner } = aClaimWorld()
  const retryAt = new Date(clock.now()).toISOString()
  const gone = [0, 1].map((ordinal) => {
    return { ordinal, attempt: 0, claimName: claimName({ workspaceUid: 'uid-1', ordinal, attempt: 0 }), retryAt }
  })
  const together = aNodeRequest({ count: 2, allOrNothing: true, slots: gone })
  cluster.failWrite({ when: 'before', nth: 2 })
  await expect(provisioner.request(together, call)).rejects.toThrow()
  expect(cluster.list(MACHINES)).toHaveLength(1)
  expect(await provisioner.supply(together, call)).toMatchObject({ phase: 'missing' })
  await clock.advance(30 * 60_000)
  expect(await provisioner.supply(together, call)).toMatchObject({
    phase: 'expired',
    isRecorded: false,
    slots: [{ attempt: 1 }, { attempt: 0 }],
  })
})
