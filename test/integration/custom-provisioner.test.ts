import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { InventoryScenario, SIZE } from './inventory-scenario.ts'

const PATIENCE_MS = 150_000

describe.concurrent('the inventory provisioner', { timeout: PATIENCE_MS }, () => {
  test('takes a host for a NodeClaim, brings its Node to ready, gives it back as it was, and the next claim gets it', async () => {
    await using scenario = await InventoryScenario.start(['gpu-1'])
    await scenario.join('gpu-1')
    const before = await scenario.node('gpu-1')
    await scenario.claim('first')
    await scenario.ready('first')
    const claim = await scenario.stored('first')
    expect(claim).toMatchObject({
      metadata: { annotations: { 'kaito.sh/provisioner': 'inventory-provisioner' } },
      status: { nodeName: 'gpu-1' },
    })
    const claimed = await scenario.node('gpu-1')
    expect(claimed).toMatchObject({
      metadata: {
        uid: before?.metadata.uid,
        labels: {
          rack: 'a1',
          'node.kubernetes.io/instance-type': SIZE,
          'karpenter.sh/initialized': 'true',
          'kaito.sh/provisioner': 'inventory-provisioner',
        },
      },
      spec: { providerID: `inventory://gpu-1/${claim?.metadata.uid}-1` },
    })
    await scenario.delete('first')
    await scenario.gone('first')
    await scenario.takes({})
    const after = await scenario.node('gpu-1')
    expect(after?.metadata.labels).toEqual(before?.metadata.labels)
    expect(after?.metadata).toMatchObject({ finalizers: [] })
    await scenario.claim('second')
    await scenario.ready('second')
    expect(await scenario.taken()).toEqual({ 'gpu-1': 'second' })
  })

  test('waits for a host that joins after it was claimed', async () => {
    await using scenario = await InventoryScenario.start(['gpu-1'])
    await scenario.claim('first')
    await scenario.condition('first', 'Launched', { status: 'Unknown', reason: 'PoolCreating' })
    await scenario.takes({ 'gpu-1': 'first' })
    await scenario.join('gpu-1')
    await scenario.ready('first')
  })

  test('says in words that no host is free, and serves the claim when one becomes so', async () => {
    await using scenario = await InventoryScenario.start(['gpu-1'])
    await scenario.join('gpu-1')
    await scenario.claim('first')
    await scenario.ready('first')
    await scenario.claim('second')
    const { message } = await scenario.condition('second', 'Launched', { status: 'Unknown', reason: 'NoCapacity' })
    expect(message).toContain(`no host of ${SIZE} is free: gpu-1 is first`)
    await scenario.delete('first')
    await scenario.ready('second')
    expect(await scenario.taken()).toEqual({ 'gpu-1': 'second' })
  })

  test('killed between the claim and the report it claims nothing twice', async () => {
    await using scenario = await InventoryScenario.start(['gpu-1', 'gpu-2', 'gpu-3'])
    await scenario.claim('first')
    await until('a host is taken', async () => Object.keys(await scenario.taken()).length > 0)
    await scenario.kill()
    for (const host of ['gpu-1', 'gpu-2', 'gpu-3']) await scenario.join(host)
    scenario.run()
    await scenario.ready('first')
    expect(Object.values(await scenario.taken())).toEqual(['first'])
    await scenario.kill()
    await scenario.delete('first')
    scenario.run()
    await scenario.gone('first')
    await scenario.takes({})
    expect(Object.keys((await scenario.node('gpu-1'))?.metadata.labels ?? {})).not.toContain('kaito.sh/claim-uid')
  })

  test('serves Machines where it is told to, and a gpu-provisioner that comes later launches nothing for them', async () => {
    await using scenario = await InventoryScenario.start(['gpu-1'], { SERVE_MACHINES: 'true' })
    await scenario.join('gpu-1')
    await scenario.claim('ws0machine1', 'Machine')
    await scenario.ready('ws0machine1', 'Machine')
    scenario.bed.start('gpu-provisioner', { LEADER_ELECT: 'false' })
    const said =
      /ServedByAnother: the provisioner inventory-provisioner has this claim, so gpu-provisioner leaves it alone/
    await until('the other one says who has it', async () => (await scenario.events()).some((text) => said.test(text)))
    await scenario.delete('ws0machine1', 'Machine')
    await scenario.gone('ws0machine1', 'Machine')
    const sent = scenario.bed.azure.requests.records().filter(({ method }) => method === 'PUT' || method === 'DELETE')
    expect(sent).toEqual([])
    await scenario.takes({})
  })
})
