import { CloudError } from '@kaito/cloud-provider'
import { anInstanceSpec, createFakeCloud } from '@kaito/cloud-provider/testing'
import { createManualClock } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { createChoiceRefusals } from './choice-refusals.ts'
import { launchFirst } from './launch-first.ts'

const call = { signal: new AbortController().signal }
const specs = ['big', 'small'].map((instanceType) => anInstanceSpec({ instanceType }))
const big = { instanceType: 'big', capacityType: 'on-demand' as const, zone: undefined }

function launching(askAnew = false) {
  const clock = createManualClock()
  const cloud = createFakeCloud({ clock })
  const backoff = { baseMs: 1_000, capMs: 10_000 }
  return { clock, cloud, choiceRefusals: createChoiceRefusals(), waitMs: 2_000, askAnew, backoff }
}

test('takes the first that is accepted and says what was refused on the way', async () => {
  const world = launching()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: new CloudError('NoCapacity', 'none', { remedy: 'wait' }) })
  const { accepted, refused } = await launchFirst(specs, world, call)
  expect(accepted?.instanceType).toBe('small')
  const refusal = { reason: 'NoCapacity', message: 'none. wait', until: world.clock.now() + 2_000 }
  expect(refused).toEqual([{ choice: big, refusal }])
  expect(world.choiceRefusals.of(big, world.clock.now())).toEqual(refusal)
})

test('does not ask for what another claim was refused meanwhile, unless it is to ask anew', async () => {
  for (const askAnew of [false, true]) {
    const world = launching(askAnew)
    world.choiceRefusals.remember(big, { reason: 'NoCapacity', message: 'none', until: world.clock.now() + 1_000 })
    const { accepted } = await launchFirst(specs, world, call)
    expect(accepted?.instanceType).toBe(askAnew ? 'big' : 'small')
    expect(world.cloud.calls().launch).toBe(1)
  }
})

test('forgets a refusal with a success', async () => {
  const world = launching(true)
  world.choiceRefusals.remember(big, { reason: 'NoCapacity', message: 'none', until: world.clock.now() + 1_000 })
  await launchFirst(specs, world, call)
  expect(world.choiceRefusals.of(big, world.clock.now())).toBeUndefined()
})

test('stops at a refusal that is not about the choice', async () => {
  const world = launching()
  world.cloud.inject({ do: 'refuse', on: 'launch', error: new CloudError('Throttled', 'slow down') })
  await expect(launchFirst(specs, world, call)).rejects.toMatchObject({ reason: 'Throttled' })
  expect(world.cloud.calls().launch).toBe(1)
})
