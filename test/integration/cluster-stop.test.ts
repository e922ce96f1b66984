import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'

/** Nodes may stay away for half a minute: longer than anything here takes, shorter than a test. */
const env = { REGISTRATION_DEADLINE_MINUTES: '0.5' }
/** Longer than our own deletions settle after trouble, and several passes of garbage collection. */
const SETTLED_MS = 5_000

type Kind = 'Machine' | 'NodeClaim'

/** One claim of the kind in service, with a pod that must live on. */
async function inService(scenario: ClaimScenario, name: string, kind: Kind) {
  const bed = scenario.of(kind)
  await bed.apply(name)
  await bed.ready(name)
  const own = async () => (await bed.nodes()).filter(({ metadata }) => metadata.labels.agentpool === name)
  const [before] = await own()
  const uid = (await bed.machine(name))?.metadata.uid ?? ''
  const isRegistered = async () => {
    const nodes = await own()
    return nodes.length === 1 && nodes[0]?.metadata.labels['kaito.sh/claim-uid'] === uid ? nodes[0] : undefined
  }
  return {
    bed,
    own,
    before,
    isRegistered,
    /** The Node is a new object, registered for the same claim. */
    returned: () =>
      until(`the Node of ${name} is back`, async () => {
        const node = await isRegistered()
        return node !== undefined && node.metadata.uid !== before?.metadata.uid && node.metadata.finalizers.length === 1
      }),
    async isUntouched() {
      const claim = await bed.machine(name)
      expect(claim?.metadata).toMatchObject({ uid })
      expect(claim?.metadata.deletionTimestamp).toBeUndefined()
      const ready = claim?.status?.conditions.find(({ type }) => type === 'Ready')
      expect(ready?.status).toBe('True')
      expect(await isRegistered()).toBeDefined()
    },
  }
}

test('row 77: a cluster that is stopped and started costs no claim, and its Nodes are registered again', async () => {
  await using scenario = await ClaimScenario.start({ env })
  const claims = [await inService(scenario, 'ws1', 'Machine'), await inService(scenario, 'ws2', 'NodeClaim')]
  scenario.azure.cluster.stop()
  await until('the Nodes are gone', async () => (await scenario.nodes()).length === 0)
  await pause(SETTLED_MS)
  scenario.azure.cluster.start()
  for (const claim of claims) await claim.returned()
  await pause(SETTLED_MS)
  for (const claim of claims) await claim.isUntouched()
  expect(scenario.armCalls(/^(PUT|DELETE)/)).toEqual(['PUT 201', 'PUT 201'])
})

test('rows 45, 53, 77: a stopped pool, an upgrade with a surge node, a new image and a repair cost no claim', async () => {
  await using scenario = await ClaimScenario.start({ env, azure: { updateSeconds: 2 } })
  const { pools } = scenario.azure
  const stopped = await inService(scenario, 'stopped', 'Machine')
  const upgraded = await inService(scenario, 'upgraded', 'NodeClaim')
  const reimaged = await inService(scenario, 'reimaged', 'Machine')
  const repaired = await inService(scenario, 'repaired', 'NodeClaim')
  const all = [stopped, upgraded, reimaged, repaired]

  pools.power('stopped', 'Stopped')
  pools.reimage('reimaged')
  pools.scale('upgraded', 2)
  const labels = ['kaito.sh/claim-uid', 'karpenter.sh/registered', 'karpenter.sh/initialized']
  const lost = Object.fromEntries(labels.map((label) => [label, null]))
  await scenario.bed.kube.mergePatch(`/api/v1/nodes/${repaired.before?.metadata.name}`, { metadata: { labels: lost } })

  await until('the surge node has joined', async () => (await upgraded.own()).length === 2)
  await until(
    'the pool is at rest',
    () => scenario.livePools().includes('upgraded') && tries(() => pools.reimage('upgraded')),
  )
  await reimaged.returned()
  await until('the labels of the repaired Node are back', repaired.isRegistered)
  await until('the upgrade is over', () => tries(() => pools.scale('upgraded', 1)))
  await until('the surge node is gone', async () => (await upgraded.own()).length === 1)
  pools.power('stopped', 'Running')
  await Promise.all([stopped.returned(), upgraded.returned()])
  await pause(SETTLED_MS)
  for (const claim of all) await claim.isUntouched()
  expect(scenario.armCalls(/^(PUT|DELETE)/)).toEqual(all.map(() => 'PUT 201'))
})

/** False while Azure still works on something else. */
function tries(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}
