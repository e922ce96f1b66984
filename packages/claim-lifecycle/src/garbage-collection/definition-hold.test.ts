import { APPROVED_DELETIONS_ANNOTATION } from '@kaito/api'
import { ApiError, ApiUnreachable, DEFINITIONS } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { machineAdapter } from '../testing/adapters.ts'
import { createCollectorWorld, MACHINES } from '../testing/collector-world.ts'

const MINUTE = 60_000
const { signal } = new AbortController()
const NAMES = ['ws1', 'ws2', 'ws3']

function aWorld() {
  const world = createCollectorWorld()
  const key = 'machines.karpenter.sh'
  world.cluster.put(DEFINITIONS, {
    metadata: { name: key, finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
  })
  for (const name of NAMES) {
    world.machine(name)
    world.orphan(name)
  }
  const holds = async (name: string) => {
    const stored = world.cluster.get(MACHINES, name)
    if (!stored) throw new Error(`there is no Machine ${name}`)
    return world.definitionHold().holds('Machine', machineAdapter.read(stored), signal)
  }
  const deleteClaims = () => {
    for (const name of NAMES) world.cluster.delete(MACHINES, name)
  }
  return { ...world, holds, deleteClaims, deleteDefinition: () => world.cluster.delete(DEFINITIONS, key) }
}

test('row 62: all claims that went with their definition wait, and the report names them', async () => {
  const world = aWorld()
  world.deleteDefinition()
  world.deleteClaims()
  expect(await world.holds('ws1')).toBe(true)
  await world.advance(0)
  expect(world.report()?.data?.message).toMatch(/^3 instances or claims would go, 3 of them because the definition/)
  expect(world.report()?.data?.candidates).toBe(NAMES.map((name) => `definitionDeleted Machine ${name}`).join('\n'))
  expect(world.events).toEqual([{ about: 'ConfigMap gpu-provisioner-deletions', reason: 'DeletionsHeld' }])
  await world.advance(60 * MINUTE)
  expect(await world.holds('ws1')).toBe(true)
})

test('row 62: they go on once their very number is approved', async () => {
  const world = aWorld()
  world.deleteDefinition()
  world.deleteClaims()
  await world.holds('ws1')
  await world.advance(0)
  world.annotateReport({ [APPROVED_DELETIONS_ANNOTATION]: '3' })
  await world.advance(3 * MINUTE)
  for (const name of NAMES) expect(await world.holds(name)).toBe(false)
  expect(world.report()).toBeUndefined()
})

test("row 62: the user's own deletions never wait, however many", async () => {
  const world = aWorld()
  world.deleteClaims()
  for (const name of NAMES) expect(await world.holds(name)).toBe(false)
})

test('row 62: what somebody deleted before the definition does not wait', async () => {
  const world = aWorld()
  world.cluster.delete(MACHINES, 'ws1')
  await world.advance(2_000)
  world.deleteDefinition()
  world.deleteClaims()
  expect(await world.holds('ws1')).toBe(false)
  expect(await world.holds('ws2')).toBe(true)
})

test('row 62: one deletion costs no look at the definition, many in a moment cost one', async () => {
  const world = aWorld()
  const looks: string[] = []
  const { get } = world.cluster.client
  Object.assign(world.cluster.client, {
    get: (...parameters: Parameters<typeof get>) => {
      looks.push(parameters[0].plural)
      return get(...parameters)
    },
  })
  world.cluster.delete(MACHINES, 'ws1')
  await world.holds('ws1')
  expect(looks).toEqual([])
  world.deleteClaims()
  for (const name of NAMES) await world.holds(name)
  expect(looks).toEqual(['customresourcedefinitions'])
})

test('row 62: without the right to look at the definition, deletions go on', async () => {
  const world = aWorld()
  world.deleteDefinition()
  world.deleteClaims()
  world.cluster.failReads(new ApiError({ status: 403, reason: 'Forbidden', message: 'no' }))
  expect(await world.holds('ws1')).toBe(false)
  world.cluster.failReads(new ApiUnreachable('away'))
  await world.advance(5_000)
  await expect(world.holds('ws1')).rejects.toThrow('away')
})
