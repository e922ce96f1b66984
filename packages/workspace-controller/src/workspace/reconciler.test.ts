import { aWorkspace } from '@kaito/api/testing'

import { expect, test } from 'vitest'
import { aWorld, KEY, type World } from '../testing/world.ts'

async function live({ pass, serveClaims, startModel }: World): Promise<void> {
  await pass()
  await pass()
  serveClaims()
  await pass()
  startModel()
  await pass()
}

async function die({ cluster, pass, finishClaims }: World): Promise<void> {
  cluster.delete(
    { group: 'kaito.sh', version: 'v1alpha1', plural: 'workspaces', kind: 'Workspace', namespaced: true },
    KEY,
  )
  await pass()
  finishClaims()
  await pass()
}

test('a whole life takes these writes and no other', async () => {
  const world = aWorld()
  world.submit(aWorkspace())
  await live(world)
  expect(world.condition('WorkspaceReady')).toMatchObject({ status: 'True', reason: 'WorkspaceReady' })
  await die(world)
  expect(world.workspace()).toBeUndefined()
  const written = world.cluster.writes.map(({ verb, resource, subresource }) =>
    [verb, resource, subresource].filter(Boolean).join(' '),
  )
  expect(written).toEqual([
    'patch workspaces',
    'create machines',
    'patch workspaces status',
    'create services',
    'create deployments',
    'patch workspaces status',
    'patch workspaces status',
    'delete deployments',
    'delete machines',
    'patch workspaces',
  ])
})
