import { CloudError } from '@kaito/cloud-provider'
import { anInstanceSpec, createFakeCloud } from '@kaito/cloud-provider/testing'
import { createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { describe, expect, test } from 'vitest'
import { createInstanceList } from './instance-list.ts'
import { tickPeriodMs } from './tick-period.ts'

const { signal } = new AbortController()
const spec = anInstanceSpec({ name: 'ws1', claimUid: 'uid-1' })
const claim = { instanceName: 'ws1', uid: 'uid-1' }

interface WorldOptions {
  readLagMs?: number
  signal?: AbortSignal
  refusals?: { error: CloudError; times: number }
}

function world({ signal: stop = signal, refusals, ...options }: WorldOptions = {}) {
  const clock = createManualClock()
  const cloud = createFakeCloud({ clock, ...options })
  if (refusals) cloud.inject({ do: 'refuse', on: 'list', ...refusals })
  const log = createMemoryLog()
  const list = createInstanceList({ cloud, clock, log })
  const changes: (string[] | 'all')[] = []
  list.onChange((names) => void changes.push(names))
  void list.run(stop)
  const launch = async () => {
    await cloud.launch(spec, { signal })
    list.noteLaunched(spec)
  }
  return { clock, cloud, log, list, changes, launch }
}

test('knows nothing before the first list', async () => {
  const { clock, list, changes } = world()
  expect(list.find(claim)).toEqual({ known: false })
  await clock.settle()
  expect(list.find(claim)).toEqual({ known: true, instance: undefined })
  expect(changes).toEqual(['all'])
})

test('believes an accepted launch against lists that lag behind', async () => {
  const { clock, list, launch } = world({ readLagMs: 5_000 })
  await clock.settle()
  await launch()
  for (let second = 0; second < 10; second += 1) {
    expect(list.find(claim)).toMatchObject({ instance: { state: 'Creating' } })
    await clock.advance(1_000)
  }
})

test('gives up an accepted launch that no list ever shows', async () => {
  const { clock, cloud, list, launch } = world()
  await clock.settle()
  await launch()
  cloud.vanish('ws1')
  await clock.advance(60_000)
  expect(list.find(claim)).toMatchObject({ instance: { state: 'Creating' } })
  await clock.advance(120_000)
  expect(list.find(claim)).toEqual({ known: true, instance: undefined })
})

test('tells whose instance changed, and only then', async () => {
  const { clock, changes, launch } = world()
  await clock.settle()
  await launch()
  await clock.advance(59_000)
  expect(changes).toEqual(['all'])
  await clock.advance(5_000)
  expect(changes).toEqual(['all', ['ws1']])
})

test('takes an instance of the same name for another claim as none', async () => {
  const { clock, cloud, list } = world()
  cloud.plant({ name: 'ws1', claimUid: 'uid-2' })
  await clock.settle()
  expect(list.find(claim)).toEqual({ known: true, instance: undefined })
})

test('concludes nothing from a failed list, and tells everybody when the cloud is back', async () => {
  const { clock, cloud, list, changes } = world()
  await clock.settle()
  cloud.inject({ do: 'refuse', on: 'list', error: new CloudError('CloudUnreachable', 'away') })
  await clock.advance(120_000)
  expect(list.find(claim)).toEqual({ known: false })
  expect(list.isKnown()).toBe(false)
  await clock.advance(5_000)
  expect(list.isKnown()).toBe(true)
  expect(changes).toEqual(['all', 'all'])
})

test('a first list that fails is said, and is trouble until one succeeds', async () => {
  const { clock, log, list } = world({ refusals: { error: new CloudError('Unauthorized', 'no role'), times: 3 } })
  expect(list.trouble()).toBe('has not answered yet')
  await clock.settle()
  expect(list.trouble()).toBe('Unauthorized: no role')
  await clock.advance(15_000)
  expect(list.trouble()).toBeUndefined()
  expect(log.lines.map(({ level, fields }) => [level, fields.reason])).toEqual([
    ['warn', 'Unauthorized'],
    ['info', undefined],
  ])
})

test('a list that is broken off by the end of the process is no failure', async () => {
  const stop = new AbortController()
  const { clock, log } = world({ signal: stop.signal })
  stop.abort(new Error('stopping'))
  await clock.settle()
  expect(log.lines).toEqual([])
})

describe('an instance that was seen ending', () => {
  async function ending(options: { others?: boolean; listed?: boolean } = {}) {
    const { others = true, listed = true } = options
    const scene = world()
    const ended: string[] = []
    scene.list.onEnded((uid) => void ended.push(uid))
    if (others) scene.cloud.plant({ name: 'system', claimUid: undefined })
    await scene.launch()
    if (listed) await scene.clock.advance(61_000)
    else scene.cloud.vanish('ws1')
    await scene.cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, { signal })
    scene.list.noteTerminated('ws1')
    return { ...scene, ended }
  }

  test('is told as ended by the first two lists without it', async () => {
    const { clock, ended, changes } = await ending()
    await clock.advance(10_000)
    expect(ended).toEqual([])
    const before = changes.length
    await clock.advance(60_000)
    expect(ended).toEqual(['uid-1', 'uid-1'])
    expect(changes.slice(before)).toEqual([['ws1'], ['ws1']])
  })

  test('is told as nothing by a list without anything', async () => {
    const { clock, ended } = await ending({ others: false })
    await clock.advance(120_000)
    expect(ended).toEqual([])
  })

  test('is told as nothing when no list ever showed it: readers may lag behind its launch', async () => {
    const { clock, ended } = await ending({ listed: false })
    await clock.advance(120_000)
    expect(ended).toEqual([])
  })

  test('counts as never seen once another launch was sent for the claim', async () => {
    const { clock, list, ended } = await ending()
    list.noteLaunched({ ...spec, launch: 2 })
    expect(list.wasListed('uid-1')).toBe(false)
    list.noteTerminated('ws1')
    await clock.advance(1_000)
    expect(ended).toEqual([])
  })
})

test('waits as long as the cloud asks', async () => {
  const { clock, cloud } = world()
  cloud.inject({ do: 'refuse', on: 'list', error: new CloudError('Throttled', 'slow', { retryAfterMs: 60_000 }) })
  await clock.advance(120_000 + 59_000)
  expect(cloud.calls().list).toBe(2)
  await clock.advance(2_000)
  expect(cloud.calls().list).toBe(3)
})

test('lists seldom while it is quiet, and at once while something has just begun', async () => {
  const { clock, cloud, launch } = world()
  await clock.advance(600_000)
  expect(cloud.calls().list).toBeLessThanOrEqual(6)
  const before = cloud.calls().list
  await launch()
  await clock.advance(10_000)
  expect(cloud.calls().list - before).toBeGreaterThanOrEqual(9)
})

test('leaves the limits of the cloud to calls that were held back', async () => {
  const { clock, cloud, list, launch } = world()
  await clock.settle()
  await launch()
  list.noteThrottled()
  const before = cloud.calls().list
  await clock.advance(60_000)
  expect(cloud.calls().list - before).toBeLessThanOrEqual(7)
})

test.each([
  ['nothing goes on', [], 120_000],
  ['an operation has just begun', [0], 1_000],
  ['the youngest has run for five minutes', [1_000_000, 300_000], 15_000],
  ['all run for hours', [10_000_000], 30_000],
])("lists again after a share of the youngest operation's age: %s", (_case, ages, period) => {
  expect(tickPeriodMs(ages)).toBe(period)
})
