import { expect, test } from 'vitest'
import { GENERATED, outdated } from '../../deploy/generated.ts'

test.each(Object.keys(GENERATED))('the stored %s are what the code generates', async (name) => {
  expect(await outdated(name)).toEqual([])
})
