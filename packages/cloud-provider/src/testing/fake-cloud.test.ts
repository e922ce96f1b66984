import { describe, expect, test } from 'vitest'
import { CloudError } from '../cloud-error.ts'
import { createFakeCloud } from './fake-cloud.ts'
import { anInstanceSpec } from './instance-spec.ts'

const call = { signal: new AbortController().signal }
const spec = anInstanceSpec({ name: 'ws1', claimUid: 'uid-1' })

function world(options: { readLagMs?: number } = {}) {
  const clock = { time: 0, now: () => clock.time }
  const cloud = createFakeCloud({ clock, createMs: 100, deleteMs: 50, ...options })
  return { clock, cloud }
}

describe('fake cloud', () => {
  test('ends a launch when its time has passed', async () => {
    const { clock, cloud } = world()
    await cloud.launch(spec, call)
    clock.time = 99
    expect(await cloud.get('ws1', call)).toMatchObject({ state: 'Creating', launch: 1 })
    clock.time = 100
    expect(await cloud.get('ws1', call)).toMatchObject({ state: 'Running' })
  })

  test('refuses as often as asked, only the named instance', async () => {
    const { cloud } = world()
    cloud.inject({
      do: 'refuse',
      on: 'launch',
      name: 'ws1',
      times: 2,
      error: new CloudError('NoCapacity', 'none left'),
    })
    await cloud.launch(anInstanceSpec({ name: 'ws2' }), call)
    await expect(cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'NoCapacity' })
    await expect(cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'NoCapacity' })
    await cloud.launch(spec, call)
    expect(cloud.launches().map(({ name }) => name)).toEqual(['ws2', 'ws1'])
  })

  test('loses the answer of a launch before or after applying it', async () => {
    const { cloud } = world()
    cloud.inject({ do: 'loseAnswer', on: 'launch', when: 'beforeApplying' })
    cloud.inject({ do: 'loseAnswer', on: 'launch', when: 'afterApplying' })
    await expect(cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'CloudUnreachable' })
    expect(cloud.instances()).toEqual([])
    await expect(cloud.launch(spec, call)).rejects.toMatchObject({ reason: 'CloudUnreachable' })
    expect(cloud.instances()).toHaveLength(1)
    await cloud.launch(spec, call)
    expect(cloud.launches()).toHaveLength(1)
  })

  test('fails a launch after its acceptance, or never ends it', async () => {
    const { clock, cloud } = world()
    cloud.inject({ do: 'failLaunch', name: 'ws1', afterMs: 10, reason: 'NoCapacity', message: 'no room' })
    cloud.inject({ do: 'neverFinish', on: 'launch', name: 'ws2' })
    await cloud.launch(spec, call)
    await cloud.launch(anInstanceSpec({ name: 'ws2' }), call)
    clock.time = 1e9
    expect(await cloud.get('ws1', call)).toMatchObject({ state: 'Failed', failure: { reason: 'NoCapacity' } })
    expect(await cloud.get('ws2', call)).toMatchObject({ state: 'Creating' })
  })

  test('ends a deletion that never finished when it is asked for again', async () => {
    const { clock, cloud } = world()
    cloud.plant({ name: 'ws1', claimUid: 'uid-1' })
    cloud.inject({ do: 'neverFinish', on: 'terminate' })
    await cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call)
    clock.time = 1e9
    await cloud.terminate({ name: 'ws1', claimUid: 'uid-1' }, call)
    expect(cloud.terminations()).toHaveLength(1)
    await cloud.terminate({ name: 'ws1', claimUid: 'uid-1', again: true }, call)
    clock.time += 50
    expect(cloud.terminations()).toHaveLength(2)
    expect(await cloud.get('ws1', call)).toBeUndefined()
  })

  test('advises as it is told to', () => {
    const cloud = createFakeCloud({ clock: { now: () => 0 }, advice: ({ instanceType }) => `${instanceType} is old` })
    expect(cloud.advice?.(spec)).toBe('Standard_NC24ads_A100_v4 is old')
  })

  test('shows changes to readers only after the read lag', async () => {
    const { clock, cloud } = world({ readLagMs: 20 })
    await cloud.launch(spec, call)
    expect(await cloud.get('ws1', call)).toBeUndefined()
    expect(cloud.instances()).toHaveLength(1)
    clock.time = 20
    expect(await cloud.get('ws1', call)).toMatchObject({ state: 'Creating' })
  })

  test('deletes what is gone behind our back and what we planted', async () => {
    const { cloud } = world()
    cloud.plant({ name: 'theirs', state: 'Stopped' })
    expect(await cloud.list(call)).toMatchObject([{ name: 'theirs', claimUid: undefined, state: 'Stopped' }])
    cloud.change('theirs', { state: 'Busy' })
    expect(await cloud.get('theirs', call)).toMatchObject({ state: 'Busy' })
    cloud.vanish('theirs')
    expect(await cloud.list(call)).toEqual([])
  })
})
