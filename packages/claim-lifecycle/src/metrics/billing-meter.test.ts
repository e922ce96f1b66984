import { expect, test } from 'vitest'
import { type Charge, createBillingMeter } from './billing-meter.ts'

const A100: Charge = { instanceType: 'A100', capacityType: 'on-demand', gpus: 4, usable: true }
const labels = { instance_type: 'A100', capacity_type: 'on-demand' }

function aMeter() {
  const clock = { now: 0, monotonic: () => clock.now }
  return { clock, meter: createBillingMeter(clock) }
}

test('GPUs are counted for as long as their instance was there, however often somebody looks', () => {
  const { clock, meter } = aMeter()
  clock.now = 60_000
  meter.observe([A100])
  expect(meter.takeGpuSeconds()).toEqual([])
  clock.now += 10_000
  meter.observe([A100, A100])
  clock.now += 5_000
  meter.observe([])
  expect(meter.takeGpuSeconds()).toEqual([{ labels, value: 10 * 4 + 5 * 8 }])
  expect(meter.takeSeconds()).toEqual([{ labels, value: 10 + 5 * 2 }])
  clock.now += 5_000
  meter.observe([])
  expect(meter.takeGpuSeconds()).toEqual([])
})

test('time before the GPUs can be used is counted by instance, however many GPUs it has', () => {
  const { clock, meter } = aMeter()
  meter.observe([{ ...A100, usable: false }, A100])
  clock.now += 90_000
  meter.observe([A100, A100])
  clock.now += 90_000
  meter.observe([])
  expect(meter.takeUnusableSeconds()).toEqual([{ labels, value: 90 }])
})
