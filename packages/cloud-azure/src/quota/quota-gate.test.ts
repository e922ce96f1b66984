import { CloudError } from '@kaito/cloud-provider'
import { anInstanceSpec } from '@kaito/cloud-provider/testing'
import { describe, expect, test } from 'vitest'
import { aVmSize, sizesOf, usagesOf } from '../testing/compute-facts.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { QuotaGate } from './quota-gate.ts'

const FAMILY = 'StandardNCADSA100v4Family'
const call = { signal: new AbortController().signal }
const spec = anInstanceSpec({ name: 'ws1' })

/** A gate and the Azure it reads, both as the test sets them. */
function scene() {
  const clock = manualClock()
  const azure = {
    used: 0,
    limit: 48,
    sizes: [aVmSize()],
    fails: undefined as CloudError | undefined,
    reads: { usages: 0, sizes: 0 },
  }
  const logged: string[] = []
  const answer = async <T>(value: T): Promise<T> => {
    if (azure.fails) throw azure.fails
    return value
  }
  const gate = new QuotaGate({
    location: 'eastus',
    clock,
    compute: {
      usages: () => {
        azure.reads.usages += 1
        return answer(usagesOf({ [FAMILY]: [azure.used, azure.limit] }))
      },
      sizes: () => {
        azure.reads.sizes += 1
        return answer(sizesOf(...azure.sizes))
      },
    },
    log: { info: (_, message) => logged.push(message), warn: (_, message) => logged.push(message) },
    explain: (error) => (error instanceof CloudError ? error : new CloudError('Unknown', String(error))),
  })
  /** What becomes of a launch; its reason when it is refused. */
  const launch = async (parts: Parameters<typeof anInstanceSpec>[0] = {}): Promise<CloudError | undefined> => {
    const wanted = { ...spec, ...parts }
    await gate.prepare(wanted, call)
    try {
      gate.admit(wanted)
      return undefined
    } catch (error) {
      if (error instanceof CloudError) return error
      throw error
    }
  }
  return { clock, azure, gate, launch, logged }
}

describe('quota before the attempt', () => {
  test('row 11: says at once what is needed, what there is and what to do, for the choice that was refused', async () => {
    const { azure, launch } = scene()
    azure.limit = 0
    expect(await launch({ zone: 'eastus-2' })).toMatchObject({
      reason: 'QuotaExceeded',
      message: `needs 24 vCPUs of ${FAMILY}, limit 0, used 0`,
      remedy: expect.stringContaining(`Ask for more quota of ${FAMILY}`),
      choice: { instanceType: spec.instanceType, zone: 'eastus-2', capacityType: 'on-demand' },
      retryAfterMs: 1_800_000,
    })
  })

  test('counts launches under way, and remembers a used-up quota for less long', async () => {
    const { launch } = scene()
    expect(await launch({ name: 'ws1' })).toBeUndefined()
    expect(await launch({ name: 'ws2' })).toBeUndefined()
    expect(await launch({ name: 'ws3' })).toMatchObject({
      message: `needs 24 vCPUs of ${FAMILY}, limit 48, used 0, under way 48`,
      retryAfterMs: 600_000,
    })
  })

  test('lets no more launches out together than fit, however many ask at once', async () => {
    const { azure, launch } = scene()
    azure.limit = 24 * 5
    const refusals = await Promise.all(Array.from({ length: 40 }, (_, index) => launch({ name: `ws${index}` })))
    expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(5)
    expect(azure.reads).toEqual({ usages: 1, sizes: 1 })
  })

  test('has room again after a launch that made nothing, and after one that is over and counted', async () => {
    const { azure, gate, launch, clock } = scene()
    azure.limit = 24
    await launch({ name: 'ws1' })
    gate.release('ws1')
    expect(await launch({ name: 'ws2' })).toBeUndefined()
    expect(await launch({ name: 'ws3' })).toMatchObject({ reason: 'QuotaExceeded' })
    gate.listed(new Set(), gate.mark())
    clock.advance(6000)
    expect(await launch({ name: 'ws3' })).toBeUndefined()
  })

  test('refuses by nothing that is older than some seconds', async () => {
    const { azure, launch, clock } = scene()
    azure.limit = 0
    await launch()
    azure.limit = 24
    clock.advance(6000)
    expect(await launch()).toBeUndefined()
    expect(azure.reads).toEqual({ usages: 2, sizes: 1 })
  })

  test('asks nothing twice within its time', async () => {
    const { azure, launch, clock, gate } = scene()
    azure.limit = 1000
    for (let second = 0; second < 60; second++) {
      await launch({ name: `ws${second}` })
      gate.release(`ws${second}`)
      clock.advance(1000)
    }
    expect(azure.reads).toEqual({ usages: 2, sizes: 1 })
  })

  test.each([
    ['a size that is not offered', { isRestricted: true }, {}, /not offered to this subscription/],
    [
      'a size that there is not',
      {},
      { instanceType: 'Standard_NC24ad_A100_v4' },
      /did you mean Standard_NC24ads_A100_v4/,
    ],
    ['a zone without the size', { zones: ['1'] }, { zone: 'eastus-3' }, /not in zone 3/],
  ])('refuses %s', async (_case, size, wanted, message) => {
    const { azure, launch } = scene()
    azure.sizes = [aVmSize(size)]
    expect(await launch(wanted)).toMatchObject({
      reason: 'SkuNotAvailable',
      message: expect.stringMatching(message),
      retryAfterMs: 1_800_000,
    })
  })

  test('tries a retired size all the same, and capacity that is reserved whatever the quota', async () => {
    const { azure, launch } = scene()
    azure.limit = 0
    expect(await launch({ instanceType: 'Standard_NC6s_v3' })).toBeUndefined()
    const group = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/capacityReservationGroups/c'
    expect(await launch({ class: { capacityReservationGroupId: group } })).toBeUndefined()
  })

  test('lets everything out while it cannot read, says each cause once, and says when it can again', async () => {
    const { azure, launch, logged, clock } = scene()
    azure.limit = 0
    azure.fails = new CloudError('Unauthorized', 'no right')
    expect(await launch({ name: 'ws1' })).toBeUndefined()
    expect(await launch({ name: 'ws2' })).toBeUndefined()
    clock.advance(61_000)
    expect(await launch({ name: 'ws3' })).toBeUndefined()
    expect(logged).toEqual(['sizes and quota cannot be read: launches go out unasked'])
    azure.fails = undefined
    clock.advance(61_000)
    await launch({ name: 'ws4' })
    expect(await launch({ name: 'ws5' })).toMatchObject({ reason: 'QuotaExceeded' })
    expect(new Set(logged.slice(1))).toEqual(new Set(['sizes and quota can be read again']))
  })

  test('lets a launch out when what it knew is too old and cannot be read anew', async () => {
    const { azure, launch, clock } = scene()
    azure.limit = 0
    expect(await launch()).toMatchObject({ reason: 'QuotaExceeded' })
    azure.fails = new CloudError('CloudUnreachable', 'no answer')
    clock.advance(6000)
    expect(await launch()).toBeUndefined()
  })
})
