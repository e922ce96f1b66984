import { aWorkspace } from '@kaito/api/testing'
import { DEPLOYMENTS, SERVICES } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
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

/** Verbs and resources of all writes so far. */
export function written({ cluster }: World): string[] {
  return cluster.writes.map(({ verb, resource, subresource }) =>
    [verb, resource, subresource].filter(Boolean).join(' '),
  )
}

/** What is left, without identities and times. */
export function remains({ cluster }: World) {
  return {
    machines: cluster.list(MACHINES).map(({ metadata }) => metadata.name),
    deployments: cluster.list(DEPLOYMENTS).map(({ spec }) => spec),
    services: cluster.list(SERVICES).map(({ spec }) => spec),
    workspaces: cluster.list(WORKSPACES).map(({ metadata, status }) => ({
      finalizers: metadata.finalizers,
      slots: status?.slots,
      workerNodes: status?.workerNodes,
      conditions: status?.conditions?.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`),
    })),
  }
}
