import type { Machine, NodeClaim } from '@kaito/api'
import { aMachine, aNodeClaim } from '@kaito/api/testing'
import { CONFIG_MAPS, NODES, type Node } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { describe, expect, test } from 'vitest'
import { machineAdapter, nodeClaimAdapter } from '../testing/adapters.ts'
import { startProvisioner } from '../testing/provisioner-process.ts'

const NAME = 'ws0123456ab'
const MINUTE = 60_000
const HELD = ['karpenter.sh/termination']
const MACHINES = machineAdapter.resource
const NODE_CLAIMS = nodeClaimAdapter.resource
const NOTE = 'kaito.sh/provisioner'
const ours = { name: 'gpu-provisioner', takesUnnamed: true }
const theirs = { name: 'inventory', takesUnnamed: false }
const THEIR_CLASS = { group: 'inventory.example.com', kind: 'HostInventory', name: 'default' }

/** Two provisioners with a cloud each on one cluster, the first of which starts first. */
function neighbours(first: typeof ours = ours, second: typeof ours = theirs, options: object = {}) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const one = startProvisioner({ cluster, clock, provisioner: { ...first, ...options } })
  const two = startProvisioner({ cluster, clock, provisioner: { ...second, ...options } })
  const nowIso = () => new Date(clock.now()).toISOString()
  return {
    clock,
    cluster,
    one,
    two,
    machine: (metadata: object = {}, status: object = {}) =>
      cluster.put(MACHINES, aMachine({ metadata: { name: NAME, creationTimestamp: nowIso(), ...metadata }, status })),
    stored: () => cluster.get<Machine>(MACHINES, NAME),
    launches: () => [one.cloud.launches().length, two.cloud.launches().length],
  }
}

describe('two provisioners that serve the same kind of claim', () => {
  test.each([
    ['ours was first', ours, theirs],
    ['theirs was first', theirs, ours],
  ])('only one launches, and the other says who: %s', async (_order, first, second) => {
    const { clock, cluster, one, two, machine, stored, launches } = neighbours(first, second)
    machine()
    await clock.advance(5_000)
    expect(stored()?.metadata).toMatchObject({ finalizers: HELD, annotations: { [NOTE]: first.name } })
    expect(launches()).toEqual([1, 0])
    expect(one.events).toEqual([])
    expect(two.events).toEqual([
      expect.stringContaining(`Machine ${NAME} ServedByAnother: the provisioner ${first.name}`),
    ])
    await clock.advance(60 * MINUTE)
    expect(two.cloud.launches()).toEqual([])
    expect(two.events).toHaveLength(1)
    expect(cluster.writes.filter(({ verb }) => verb === 'delete')).toEqual([])
  })

  test('both write the finalizer at once: the server takes one of them, and the other launches nothing', async () => {
    const { clock, cluster, two, machine, launches } = neighbours()
    machine()
    two.caches.machines.pause()
    await clock.advance(0)
    const tried = cluster.writes.filter(({ verb, resource }) => `${verb} ${resource}` === 'patch machines')
    expect(tried.length).toBeGreaterThanOrEqual(2)
    await clock.advance(5_000)
    two.caches.machines.resume()
    await clock.advance(5_000)
    expect(launches()).toEqual([1, 0])
    expect(two.events).toEqual([expect.stringContaining('the provisioner gpu-provisioner has this claim')])
  })

  test('one whose view is old does not launch for a claim that another has taken meanwhile', async () => {
    const { clock, cluster, one, two, machine, launches } = neighbours()
    machine({ annotations: { [NOTE]: 'inventory' }, finalizers: HELD })
    two.caches.machines.pause()
    cluster.edit<Machine>(MACHINES, NAME, ({ metadata }) => {
      metadata.annotations = { [NOTE]: 'gpu-provisioner' }
    })
    await clock.advance(MINUTE)
    expect(launches()).toEqual([1, 0])
    expect(one.events.concat(two.events)).toEqual([])
  })

  test('a claim that was given to one by name waits for it', async () => {
    const { clock, one, machine, launches } = neighbours()
    machine({ annotations: { [NOTE]: 'inventory' } })
    await clock.advance(5_000)
    expect(launches()).toEqual([0, 1])
    expect(one.events).toEqual([expect.stringContaining('the provisioner inventory has this claim')])
  })

  test.each([
    ['ours was first', ours, theirs, [1, 0]],
    ['theirs was first', theirs, ours, [0, 1]],
  ])(
    'what is held and names nobody goes on with the one that takes such: %s',
    async (_order, first, second, expected) => {
      const { clock, machine, stored, launches } = neighbours(first, second)
      machine({ finalizers: HELD })
      await clock.advance(5_000)
      expect(launches()).toEqual(expected)
      expect(stored()?.metadata.annotations?.[NOTE]).toBeUndefined()
    },
  )

  test("a deletion is the holder's alone: the other one neither ends it nor proves anything about it", async () => {
    const { clock, cluster, two, machine, stored } = neighbours()
    const annotations = { [NOTE]: 'somebody-else' }
    machine({ finalizers: HELD, annotations }, { providerID: 'other:///1' })
    cluster.delete(MACHINES, NAME)
    await clock.advance(60 * MINUTE)
    expect(stored()?.metadata.finalizers).toEqual(HELD)
    expect(cluster.writes).toEqual([])
    expect(two.cloud.calls()).toMatchObject({ get: 0, terminate: 0 })
  })

  test('an instance stays for its claim, whoever is noted there', async () => {
    const { clock, cluster, one, machine } = neighbours()
    machine()
    await clock.advance(2 * MINUTE)
    cluster.edit<Machine>(MACHINES, NAME, ({ metadata }) => {
      metadata.annotations = { [NOTE]: 'inventory' }
    })
    await clock.advance(120 * MINUTE)
    expect(one.cloud.terminations()).toEqual([])
  })
})

describe('two provisioners side by side', () => {
  function sideBySide() {
    const clock = createManualClock()
    const cluster = createFakeCluster({ clock })
    const classes = { group: THEIR_CLASS.group, kinds: [THEIR_CLASS.kind] }
    const one = startProvisioner({ cluster, clock, provisioner: ours })
    const two = startProvisioner({ cluster, clock, servesMachines: false, provisioner: { ...theirs, classes } })
    const node = (uid: string, labels: Record<string, string> = {}, metadata: Partial<Node['metadata']> = {}) =>
      cluster.put<Node>(NODES, {
        metadata: { name: `node-${uid}`, labels: { 'kaito.sh/claim-uid': uid, ...labels }, ...metadata },
        spec: { providerID: `fake:///${uid}` },
        status: { conditions: [{ type: 'Ready', status: 'False' }] },
      })
    const left = () => cluster.list<Node>(NODES).map(({ metadata }) => metadata.name)
    return { clock, cluster, one, two, node, left }
  }

  test('each serves the NodeClaims of its class, and says nothing of the others', async () => {
    const { clock, cluster, one, two } = sideBySide()
    const creationTimestamp = new Date(clock.now()).toISOString()
    cluster.put(NODE_CLAIMS, aNodeClaim({ metadata: { name: 'ours', uid: 'uid-1', creationTimestamp } }))
    cluster.put(
      NODE_CLAIMS,
      aNodeClaim({
        metadata: { name: 'theirs', uid: 'uid-2', creationTimestamp },
        spec: { nodeClassRef: THEIR_CLASS },
      }),
    )
    await clock.advance(MINUTE)
    expect(one.cloud.launches().map(({ name }) => name)).toEqual(['ours'])
    expect(two.cloud.launches().map(({ name }) => name)).toEqual(['theirs'])
    expect(cluster.get<NodeClaim>(NODE_CLAIMS, 'theirs')?.metadata.annotations).toEqual({ [NOTE]: 'inventory' })
    expect([one.events, two.events].flat().filter((event) => event.includes('ServedByAnother'))).toEqual([])
    await clock.advance(30 * MINUTE)
    expect(one.cloud.instances().map(({ name }) => name)).toEqual(['ours'])
  })

  test('neither collects an instance or a Node of the other, unhealthy as it may be', async () => {
    const { clock, cluster, one, two, node, left } = sideBySide()
    const metadata = { name: 'theirs', uid: 'uid-2', finalizers: HELD, annotations: { [NOTE]: 'inventory' } }
    cluster.put(NODE_CLAIMS, aNodeClaim({ metadata, spec: { nodeClassRef: THEIR_CLASS } }))
    two.cloud.plant({ name: 'theirs', claimUid: 'uid-2', launch: 1, state: 'Creating' })
    // Joined and not registered yet; registered, and its claim gone while its cloud works on it; the same of the other.
    node('uid-2')
    node('uid-3', { [NOTE]: 'inventory' })
    two.cloud.plant({ name: 'leaving', claimUid: 'uid-3', state: 'Busy' })
    node('uid-4', { [NOTE]: 'gpu-provisioner' })
    one.cloud.plant({ name: 'busy', claimUid: 'uid-4', state: 'Busy' })
    await clock.advance(40 * MINUTE)
    expect(cluster.get<Node>(NODES, 'node-uid-2')?.metadata.labels?.[NOTE]).toBeUndefined()
    expect(left()).toEqual(['node-uid-2', 'node-uid-3', 'node-uid-4'])
    expect([one.cloud.terminations(), two.cloud.terminations()]).toEqual([[], []])
  })

  test('each sweeps its own stray Nodes, and one of them those that name nobody', async () => {
    const { clock, node, left } = sideBySide()
    node('uid-1', { [NOTE]: 'inventory' })
    node('uid-2')
    node('uid-3', { [NOTE]: 'a-third-one' })
    await clock.advance(120 * MINUTE)
    expect(left()).toEqual(['node-uid-3'])
  })

  test('each asks for approvals under its own name', async () => {
    const { clock, cluster, one, two } = sideBySide()
    for (const { cloud } of [one, two]) {
      for (const name of ['a', 'b', 'c']) {
        cloud.plant({ name, claimUid: `uid-of-${name}`, claimCreatedAt: '2029-01-01T00:00:00Z' })
      }
    }
    await clock.advance(60 * MINUTE)
    const reports = cluster.list(CONFIG_MAPS).map(({ metadata }) => metadata.name)
    expect(reports.sort()).toEqual(['gpu-provisioner-deletions', 'inventory-deletions'])
  })
})
