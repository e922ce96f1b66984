import { APPROVED_DELETIONS_ANNOTATION } from '@kaito/api'
import { CloudError } from '@kaito/cloud-provider'
import { ApiUnreachable, CONFIG_MAPS, NODES } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { createCollectorWorld, MACHINES } from '../testing/collector-world.ts'

const MINUTE = 60_000
const approval = (count: string) => ({ [APPROVED_DELETIONS_ANNOTATION]: count })

test('row 28: deletes an orphan, but not in the first minutes of the process', async () => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  await world.advance(14 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(4 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws1'])
})

test.each(['machine', 'nodeClaim'] as const)(
  'never deletes an instance whose %s exists, however late it came',
  async (claim) => {
    const world = createCollectorWorld()
    world.orphan('ws1')
    await world.advance(14 * MINUTE)
    world[claim]('ws1', { status: {} })
    await world.advance(60 * MINUTE)
    expect(world.cloud.terminations()).toEqual([])
  },
)

test('concludes nothing while the claims of one kind cannot be listed', async () => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  await world.advance(13 * MINUTE)
  world.cluster.failReads(new ApiUnreachable('away'))
  await world.advance(30 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  world.cluster.failReads(undefined)
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws1'])
})

test.each(['Stopped', 'Busy'] as const)('row 77: waits after the cluster was %s', async (state) => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  world.cloud.setHealth(state)
  await world.advance(60 * MINUTE)
  world.cloud.setHealth('Running')
  await world.advance(13 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(6 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws1'])
})

test('row 22: waits after the cloud could not be listed', async () => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  await world.advance(13 * MINUTE)
  world.cloud.inject({ do: 'refuse', on: 'list', times: 30, error: new CloudError('CloudUnreachable', 'away') })
  await world.advance(10 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  await world.advance(20 * MINUTE)
  expect(world.cloud.terminations()).toEqual(['ws1'])
})

test.each(['machine', 'nodeClaim'] as const)(
  'M39, N38, row 20: deletes a registered %s whose instance is proven gone, says why, and only that',
  async (claim) => {
    const world = createCollectorWorld()
    for (const name of ['ws1', 'ws2']) world[claim](name)
    world.orphan('ws1')
    world.orphan('ws2')
    await world.advance(20 * MINUTE)
    expect(world.leaving()).toEqual([])
    world.cloud.vanish('ws1')
    await world.advance(3 * MINUTE)
    expect(world.leaving()).toEqual(['ws1'])
    const kind = claim === 'machine' ? 'Machine' : 'NodeClaim'
    expect(world.events).toEqual([{ about: `${kind} ws1`, reason: 'InstanceGone' }])
  },
)

test('row 22: a list of the cloud that is empty by mistake costs no claim', async () => {
  const world = createCollectorWorld()
  for (const name of ['ws1', 'ws2', 'ws3']) world.machine(name)
  await world.advance(60 * MINUTE)
  expect(world.leaving()).toEqual([])
  expect(world.breaker().isOpen()).toBe(true)
  for (const name of ['ws1', 'ws2', 'ws3']) world.orphan(name)
  await world.advance(5 * MINUTE)
  expect(world.breaker().isOpen()).toBe(false)
  expect(world.cluster.list(CONFIG_MAPS)).toEqual([])
})

test('row 22: a list of claims that is suddenly empty costs no instance, not even the only one', async () => {
  const world = createCollectorWorld()
  world.machine('ws1')
  world.machine('ws2')
  world.orphan('ws1')
  world.orphan('ws2')
  await world.advance(16 * MINUTE)
  world.cloud.vanish('ws2')
  world.cluster.vanish(MACHINES, 'ws1')
  world.cluster.vanish(MACHINES, 'ws2')
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.events).toEqual([{ about: 'ConfigMap gpu-provisioner-deletions', reason: 'DeletionsHeld' }])
})

test('row 17: a claim whose machine was taken away ends when its node had the time to come back', async () => {
  const world = createCollectorWorld()
  world.orphan('ws1')
  const conditions = [{ type: 'MachineInitialized', status: 'True' }]
  world.machine('ws1', { status: { providerID: 'fake:///ws1', conditions } })
  await world.advance(14 * MINUTE)
  expect(world.leaving()).toEqual([])
  await world.advance(5 * MINUTE)
  expect(world.leaving()).toEqual(['ws1'])
  expect(world.events).toEqual([{ about: 'Machine ws1', reason: 'NodeLost' }])
})

test('N43, row 25: deletes and releases a Node of ours that outlived its claim and its instance', async () => {
  const world = createCollectorWorld()
  const labels = { 'kaito.sh/claim-uid': 'uid-of-ws1' }
  world.cluster.put(NODES, { metadata: { name: 'stray', labels, finalizers: ['karpenter.sh/termination'] } })
  world.cluster.put(NODES, { metadata: { name: 'theirs', finalizers: ['karpenter.sh/termination'] } })
  await world.advance(14 * MINUTE)
  expect(world.cluster.get(NODES, 'stray')?.metadata.deletionTimestamp).toBeUndefined()
  await world.advance(5 * MINUTE)
  expect(world.cluster.list(NODES).map(({ metadata }) => metadata.name)).toEqual(['theirs'])
})

test('N43: keeps such a Node when the cloud itself still has the instance', async () => {
  const world = createCollectorWorld()
  const labels = { 'kaito.sh/claim-uid': 'uid-of-ws1' }
  world.cluster.put(NODES, { metadata: { name: 'n1', labels } })
  await world.advance(14 * MINUTE)
  world.cloud.plant({ name: 'ws1', claimUid: 'uid-of-ws1', state: 'Stopped' })
  await world.advance(10 * MINUTE)
  expect(world.cluster.list(NODES)).toHaveLength(1)
})

test('row 22: deletes nothing when too much looks left over, until somebody approves the number', async () => {
  const world = createCollectorWorld()
  for (let index = 0; index < 12; index += 1) world.orphan(`ws${index}`)
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.breaker().isOpen()).toBe(true)
  expect(world.events.map(({ reason }) => reason)).toEqual(['DeletionsHeld'])
  expect(world.report()?.data?.candidates?.split('\n')).toHaveLength(12)
  world.annotateReport(approval('3'))
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  world.annotateReport(approval('12'))
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toHaveLength(12)
  expect(world.cluster.list(CONFIG_MAPS)).toEqual([])
  expect(world.breaker().isOpen()).toBe(false)
})

test('row 60: claims that are restored under new UIDs, or of which a part is missing, cost no instance', async () => {
  const world = createCollectorWorld()
  for (const name of ['ws1', 'ws2', 'ws3', 'ws4']) {
    world.orphan(name)
    world.machine(name)
  }
  await world.advance(20 * MINUTE)
  for (const name of ['ws1', 'ws2', 'ws3']) world.cluster.vanish(MACHINES, name)
  world.machine('ws1', { metadata: { uid: 'new' }, status: {} })
  world.machine('ws2', { metadata: { uid: 'newer' } })
  await world.advance(60 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.leaving()).toEqual([])
  expect(world.report()?.data?.candidates).toBe('orphan ws1\norphan ws3')
})

test('more candidates than were approved need a new approval', async () => {
  const world = createCollectorWorld()
  for (const name of ['ws1', 'ws2', 'ws3']) world.orphan(name)
  await world.advance(20 * MINUTE)
  world.orphan('ws4')
  await world.advance(5 * MINUTE)
  world.annotateReport(approval('3'))
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toEqual([])
  expect(world.report()?.data?.message).toMatch(/^4 instances/)
  world.annotateReport(approval('4'))
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations().sort()).toEqual(['ws1', 'ws2', 'ws3', 'ws4'])
})

test('a breaker that closed opens again for the next flood, also after a restart', async () => {
  const world = createCollectorWorld()
  for (const name of ['ws1', 'ws2']) world.orphan(name)
  await world.advance(20 * MINUTE)
  world.annotateReport(approval('2'))
  await world.advance(5 * MINUTE)
  expect(world.cloud.terminations()).toHaveLength(2)
  for (const name of ['ws3', 'ws4']) world.orphan(name)
  await world.advance(10 * MINUTE)
  world.restart()
  await world.advance(30 * MINUTE)
  expect(world.breaker().isOpen()).toBe(true)
  expect(world.cloud.terminations()).toHaveLength(2)
})

test("decision 6: tells once of each of KAITO's own instances without a claim", async () => {
  const world = createCollectorWorld()
  world.cloud.plant({ name: 'kaitos', madeByKaito: true })
  world.cloud.plant({ name: 'theirs' })
  await world.advance(30 * MINUTE)
  expect(world.unclaimed).toEqual([['kaitos']])
  world.cloud.vanish('kaitos')
  await world.advance(10 * MINUTE)
  expect(world.unclaimed).toEqual([['kaitos'], []])
  expect(world.cloud.terminations()).toEqual([])
})

test('asks the cloud for nothing but its list while nothing is wrong', async () => {
  const world = createCollectorWorld()
  await world.advance(60 * MINUTE)
  expect(world.cloud.calls()).toMatchObject({ get: 0, health: 0, terminate: 0 })
  expect(world.cloud.calls().list).toBeLessThanOrEqual(31)
  expect(world.cluster.writes).toEqual([])
})
