import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { leaveBehind, poolLabels, type Release } from './kaito-leftovers.ts'

const A100 = 'Standard_NC24ads_A100_v4'
const RELEASES: [release: Release, kind: 'Machine' | 'NodeClaim'][] = [
  ['0.2.1', 'Machine'],
  ['0.4.3', 'NodeClaim'],
]

test.each(RELEASES)(
  "what KAITO's gpu-provisioner %s runs for a %s is taken over with one write, and ends with the claim",
  async (release, kind) => {
    const prepare = (bed: ClaimScenario['bed']) => leaveBehind(bed, { name: 'ws1', release })
    await using scenario = await ClaimScenario.start({ prepare })
    const bed = scenario.of(kind)
    const uid = (await bed.machine('ws1'))?.metadata.uid
    await until('its Node is ours', async () => {
      const [node] = await bed.nodes()
      return node?.metadata.labels['kaito.sh/claim-uid'] === uid
    })
    await until('its pool is ours', () => bed.armCalls(/^PUT 200/).length > 0)
    await bed.ready('ws1')
    expect(bed.armCalls(/^(PUT|DELETE)/)).toEqual(['PUT 200'])
    expect(bed.livePools()).toEqual(['ws1'])
    await bed.deleteMachine('ws1')
    await bed.gone('ws1')
    await until('its pool is gone', () => bed.livePools().length === 0)
    expect(await bed.nodes()).toEqual([])
    expect(bed.armCalls(/^PUT/)).toEqual(['PUT 200'])
  },
)

test("what cannot be proven to be the claim's, and what has no claim, is left as it is", async () => {
  const prepare = async (bed: ClaimScenario['bed']) => {
    await leaveBehind(bed, { name: 'lookalike', release: '0.2.1', labels: {} })
    bed.azure.pools.create('unclaimed', { vmSize: A100, nodeLabels: poolLabels('0.4.3') })
    bed.azure.pools.create('ws2', { vmSize: A100 })
  }
  await using bed = await ClaimScenario.start({ prepare })
  await bed.apply('ws2')
  await bed.condition('ws2', 'MachineLaunched', { status: 'False', reason: 'NameConflict' })
  await bed.deleteMachine('lookalike')
  const why = /delete that instance in the cloud/
  await bed.condition('lookalike', 'Ready', { status: 'False', reason: 'NameConflict', message: why })
  await pause(4_000)
  expect(bed.livePools().sort()).toEqual(['lookalike', 'unclaimed', 'ws2'])
  expect(bed.armCalls(/^(PUT [23]|DELETE)/)).toEqual([])
})
