import { aWorkspace } from '@kaito/api/testing'
import { WORKSPACES } from '../workspace/workspaces.ts'
import { aWorld, KEY, type World } from './world.ts'

/** Passes and the deeds of others, until the model answers. */
export async function live({ pass, serveClaims, startModel }: World): Promise<void> {
  await pass()
  await pass()
  serveClaims()
  await pass()
  startModel()
  await pass()
}

/** Deleted, with the claims' end in between. */
export async function die({ cluster, pass, finishClaims }: World): Promise<void> {
  cluster.delete(WORKSPACES, KEY)
  await pass()
  finishClaims()
  await pass()
}

/** A world with one Workspace that nobody has looked at yet. */
export function aLiving(parts: Parameters<typeof aWorkspace>[0] = {}): World {
  const world = aWorld()
  world.submit(aWorkspace(parts))
  return world
}
