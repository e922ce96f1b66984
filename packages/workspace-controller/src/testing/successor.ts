import { DEPLOYMENTS, JOBS, PODS, SERVICES, STATEFUL_SETS } from '@kaito/controller-kit'
import { PODS_BY_WORKSPACE, workspaceKeysOf } from '../workload/pods.ts'
import { createWorkspaceReconciler } from '../workspace/reconciler.ts'
import { WORKSPACES } from '../workspace/workspaces.ts'
import { createNodeProvisioner } from './node-provisioner.ts'
import { KEY, type World } from './world.ts'

/** The passes of the next process, which has listed all anew and remembers nothing. */
export function successor(world: World): World {
  const { cluster, clock, settings, log } = world
  const { client, cacheOf } = cluster
  const reconcile = createWorkspaceReconciler({
    client,
    clock,
    settings,
    workspaces: cacheOf(WORKSPACES),
    services: cacheOf(SERVICES),
    pods: cacheOf(PODS, { [PODS_BY_WORKSPACE]: workspaceKeysOf }),
    workloads: { Deployment: cacheOf(DEPLOYMENTS), StatefulSet: cacheOf(STATEFUL_SETS), Job: cacheOf(JOBS) },
    provisioner: createNodeProvisioner(cluster, clock),
    announce: () => undefined,
  })
  return {
    ...world,
    pass: async () => (await reconcile(KEY, { signal: new AbortController().signal, log })) ?? undefined,
  }
}
