import { expect, test } from 'vitest'
import { tolerationsFor } from './tolerations.ts'

const keys = (...[capacityType, further = []]: Partial<Parameters<typeof tolerationsFor>>) =>
  tolerationsFor(capacityType, further).map(({ key }) => key)

test('spot nodes are tolerated only when they are asked for', () => {
  expect(keys('spot')).toEqual([...keys('on-demand'), 'kubernetes.azure.com/scalesetpriority'])
  expect(keys(undefined)).toEqual(['nvidia.com/gpu', 'sku'])
})

test('what the nodes of this installation have beside that is tolerated, too', () => {
  expect(keys(undefined, [{ key: 'team' }])).toEqual(['nvidia.com/gpu', 'sku', 'team'])
})
