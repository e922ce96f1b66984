import { expect, test } from 'vitest'
import { performInOrder } from './perform.ts'
import { createMemoryLog } from './testing/memory-log.ts'

type Action = { do: 'hold' | 'release' } | { do: 'launch'; size: string }

test('performs in order with one line each, and stops at the first that rejects', async () => {
  const done: string[] = []
  const log = createMemoryLog()
  const actions: Action[] = [{ do: 'hold' }, { do: 'launch', size: 'big' }, { do: 'release' }]
  const effects = {
    hold: async () => done.push('hold'),
    launch: async ({ size }: { size: string }) => {
      throw new Error(`no ${size} ones left`)
    },
    release: async () => done.push('release'),
  }
  await expect(performInOrder<Action>(actions, effects, log)).rejects.toThrow('no big ones left')
  expect(done).toEqual(['hold'])
  expect(log.lines.map(({ fields }) => fields.action)).toEqual(['hold', 'launch'])
})
