import { expect, test } from 'vitest'
import { requestedResources } from './resource-amounts.ts'

test.each<[what: string, requests: Record<string, string | number>, diskGiB: number | undefined]>([
  ['takes the disk from storage', { storage: '50Gi' }, 50],
  ['rounds the disk up', { storage: '50G' }, 47],
  ['takes storage before ephemeral-storage', { 'ephemeral-storage': '100Gi', storage: '50Gi' }, 50],
  ['leaves the disk to the cloud for zero, as KAITO writes it', { storage: '0' }, undefined],
  ['leaves the disk to the cloud when none is named', { 'nvidia.com/gpu': 1 }, undefined],
  ['takes the smallest disk there is for less', { storage: '1Mi' }, 30],
])('%s', (_what, requests, diskGiB) => {
  const read = requestedResources(requests)
  expect(read.diskGiB).toBe(diskGiB)
  expect(read.faults).toEqual([])
})

test.each<[what: string, requests: Record<string, string>, leastDiskGiB: number | undefined]>([
  ['leaves room for the system', { 'ephemeral-storage': '200Gi' }, 236],
  ['takes next to nothing as that', { 'ephemeral-storage': '50Mi' }, 1],
  ['asks for nothing where the disk is named', { 'ephemeral-storage': '200Gi', storage: '50Gi' }, undefined],
])('a disk for what pods request, as Karpenter adds it up, %s', (_what, requests, leastDiskGiB) => {
  expect(requestedResources(requests)).toMatchObject({ leastDiskGiB, faults: [] })
})

test('keeps what is above zero, in base units', () => {
  expect(requestedResources({ 'nvidia.com/gpu': '4', cpu: '500m', memory: '1Gi', pods: 0 })).toMatchObject({
    requests: { 'nvidia.com/gpu': 4, cpu: 0.5, memory: 2 ** 30 },
    faults: [],
  })
  expect(requestedResources()).toEqual({ requests: {}, diskGiB: undefined, leastDiskGiB: undefined, faults: [] })
})

test.each<[quantity: string | number, fault: RegExp]>([
  ['-1', /nvidia\.com\/gpu is -1, less than nothing/],
  [-5, /nvidia\.com\/gpu is -5, less than nothing/],
  ['many', /"many" is no amount of nvidia\.com\/gpu/],
  ['', /"" is no amount/],
  ['1.2.3', /"1\.2\.3" is no amount/],
  ['1e999', /"1e999" is no amount/],
  [Number.NaN, /"NaN" is no amount/],
  [Number.POSITIVE_INFINITY, /"Infinity" is no amount/],
])('row 64: %s GPUs are a fault with a name, and nothing throws', (quantity, fault) => {
  const { requests, faults } = requestedResources({ 'nvidia.com/gpu': quantity })
  expect(requests).toEqual({})
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(fault)
})

test('row 64: a billion GPUs are read as what they are', () => {
  expect(requestedResources({ 'nvidia.com/gpu': 10 ** 9 }).requests).toEqual({ 'nvidia.com/gpu': 10 ** 9 })
})
