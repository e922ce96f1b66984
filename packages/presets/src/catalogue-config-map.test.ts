import { expect, test } from 'vitest'
import { presetNames } from './catalogue.ts'
import { catalogueConfigMap } from './catalogue-config-map.ts'
import { INSTANCE_TYPES } from './instance-types.ts'

const presets = catalogueConfigMap().presets.split('\n')
const instanceTypes = catalogueConfigMap().instanceTypes.split('\n')

test.each([
  'falcon-40b access=public gpus=2 memoryGiB=90 perGpuMemoryGiB=0 worldSize=0 diskGiB=400 tuningGpus=2 tuningMemoryGiB=90 tuningPerGpuMemoryGiB=16',
  'llama-2-7b-chat access=private gpus=1 memoryGiB=16 perGpuMemoryGiB=14 worldSize=0 diskGiB=34 tuningGpus=0 tuningMemoryGiB=0 tuningPerGpuMemoryGiB=0',
  'llama-2-70b-chat access=private gpus=8 memoryGiB=192 perGpuMemoryGiB=19 worldSize=8 diskGiB=158 tuningGpus=0 tuningMemoryGiB=0 tuningPerGpuMemoryGiB=0',
  'phi-3-mini-4k-instruct access=public gpus=1 memoryGiB=9 perGpuMemoryGiB=0 worldSize=0 diskGiB=50 tuningGpus=1 tuningMemoryGiB=72 tuningPerGpuMemoryGiB=72',
])('the presets have the line %s', (line) => expect(presets).toContain(line))

test.each([
  'Standard_NC6s_v3 gpus=1 memoryPerGpuGiB=16 model=V100 cloud=azure retired=2025-09-30 successor=Standard_NC4as_T4_v3 usable=yes',
  'Standard_NV18ads_A10_v5 gpus=1 memoryPerGpuGiB=12 model=A10 cloud=azure retired=no successor=none usable=yes',
  'Standard_ND96isr_MI300X_v5 gpus=8 memoryPerGpuGiB=192 model=MI300X cloud=azure retired=no successor=none usable=amd',
  'Standard_ND128isr_NDR_GB200_v6 gpus=4 memoryPerGpuGiB=192 model=B200 cloud=azure retired=no successor=none usable=arm64',
  'p4de.24xlarge gpus=8 memoryPerGpuGiB=80 model=A100 cloud=aws retired=no successor=none usable=yes',
])('the sizes have the line %s', (line) => expect(instanceTypes).toContain(line))

test('presets are listed by name, and sizes in the order of the catalogue', () => {
  const names = (lines: string[]) => lines.map((line) => line.split(' ')[0])
  expect(names(presets)).toEqual(presetNames())
  expect(names(instanceTypes)).toEqual(INSTANCE_TYPES.map(({ name }) => name))
})

test('every line can be read by its spaces and signs, and written into a list between quotes', () => {
  const odd = [...presets, ...instanceTypes].filter((line) => !/^[\w.-]+( [A-Za-z]+=[\w.-]+)+$/.test(line))
  expect(odd).toEqual([])
})
