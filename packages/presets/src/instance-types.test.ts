import { gpuCount, RETIRED_INSTANCE_TYPES } from '@kaito/api'
import { expect, test } from 'vitest'
import { cloudOf, findInstanceType, INSTANCE_TYPES, totalGpuMemoryGiB } from './instance-types.ts'

const azure = INSTANCE_TYPES.filter(({ cloud }) => cloud === 'azure')

test('names are unique, whatever their case', () => {
  expect(new Set(INSTANCE_TYPES.map(({ name }) => name.toLowerCase())).size).toBe(INSTANCE_TYPES.length)
})

test.each(azure.map((type) => [type.name, type]))(
  'both controllers count the same NVIDIA GPUs on %s',
  (name, { gpus, usable }) => expect(gpuCount(name)).toBe(usable === 'amd' ? 0 : gpus),
)

test('every retired size is in the catalogue', () => {
  expect([...RETIRED_INSTANCE_TYPES.keys()].filter((name) => !findInstanceType(name)?.retired)).toEqual([])
})

test.each(INSTANCE_TYPES.flatMap((type) => (type.retired ? [[type.name, type] as const] : [])))(
  '%s has a successor that can be had and is not weaker',
  (_name, { cloud, gpus, memoryPerGpuGiB, retired }) => {
    const successor = findInstanceType(retired?.successor ?? '')
    expect(successor).toMatchObject({ name: retired?.successor, cloud, usable: 'yes' })
    expect(successor?.retired).toBeUndefined()
    expect(successor?.gpus).toBeGreaterThanOrEqual(gpus)
    expect(successor?.memoryPerGpuGiB).toBeGreaterThanOrEqual(memoryPerGpuGiB)
  },
)

test.each(['K80', 'M60', 'P40', 'P100', 'MI25'])('all sizes with %s are retired', (model) => {
  const types = INSTANCE_TYPES.filter(({ gpuModel }) => gpuModel === model)
  expect(types.length).toBeGreaterThan(0)
  expect(types.filter(({ retired }) => !retired)).toEqual([])
})

test.each([
  ['standard_nc6S_V3', { name: 'Standard_NC6s_v3', gpuModel: 'V100', computeCapability: '7.0', generation: 'Volta' }],
  ['Standard_ND96amsr_A100_v4', { gpus: 8, memoryPerGpuGiB: 80, computeCapability: '8.0', usable: 'yes' }],
  ['Standard_NV6ads_A10_v5', { gpus: 1, memoryPerGpuGiB: 4, share: '1/6', computeCapability: '8.6' }],
  ['Standard_NC80adis_H100_v5', { gpus: 2, memoryPerGpuGiB: 94, computeCapability: '9.0' }],
  ['Standard_ND128isr_GB300_v6', { gpus: 4, usable: 'arm64', computeCapability: '10.3' }],
  ['G5.12XLARGE', { name: 'g5.12xlarge', cloud: 'aws', gpus: 4, memoryPerGpuGiB: 24 }],
])('%s is found', (name, facts) => expect(findInstanceType(name)).toMatchObject(facts))

test('AMD GPUs have no compute capability', () => {
  const type = findInstanceType('Standard_ND96isr_MI300X_v5')
  expect(type).toMatchObject({ gpus: 8, memoryPerGpuGiB: 192, usable: 'amd' })
  expect(type).not.toHaveProperty('computeCapability')
})

test.each(['Standard_D4s_v5', 'Standard_ND96asr_A100_v4', 'constructor', ''])('"%s" is not a GPU size', (name) =>
  expect(findInstanceType(name)).toBeUndefined(),
)

test('the name of a size tells its cloud', () => {
  expect(INSTANCE_TYPES.filter(({ name, cloud }) => cloudOf(name) !== cloud)).toEqual([])
})

test('a part of a GPU is one GPU, with a part of its memory', () => {
  const parts = INSTANCE_TYPES.filter(({ share }) => share !== undefined)
  const whole = (gpuModel: string) =>
    INSTANCE_TYPES.find((type) => type.gpuModel === gpuModel && type.share === undefined)?.memoryPerGpuGiB ?? 0
  const wrong = parts.filter(({ gpus, gpuModel, share = '', memoryPerGpuGiB }) => {
    const divisor = Number(share.split('/')[1])
    return gpus !== 1 || memoryPerGpuGiB * divisor !== whole(gpuModel)
  })
  expect(parts.length).toBeGreaterThan(0)
  expect(wrong).toEqual([])
})

test('sizes are listed by memory in all, then by name as people count', () => {
  const memory = INSTANCE_TYPES.map(totalGpuMemoryGiB)
  expect(memory).toEqual([...memory].sort((a, b) => a - b))
  const of16GiB = INSTANCE_TYPES.filter((type) => type.gpuModel === 'T4' && totalGpuMemoryGiB(type) === 16)
  expect(of16GiB.map(({ name }) => name)).toEqual([
    'g4dn.xlarge',
    'g4dn.2xlarge',
    'g4dn.4xlarge',
    'g4dn.8xlarge',
    'g4dn.16xlarge',
    'Standard_NC4as_T4_v3',
    'Standard_NC8as_T4_v3',
    'Standard_NC16as_T4_v3',
  ])
})
