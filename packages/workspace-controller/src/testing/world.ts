import type { Workspace } from '@kaito/api'
import { DEPLOYMENTS, NODES, PODS, SERVICES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { createMachineNodeProvisioner, MACHINE_INDEXES, MACHINES } from '@kaito/node-provisioner'
import { serveMachine } from '@kaito/node-provisioner/testing'
import { PODS_BY_WORKSPACE, workspaceKeysOf } from '../workload/pods.ts'
import { createWorkspaceReconciler } from '../workspace/reconciler.ts'
import { WORKSPACES } from '../workspace/workspaces.ts'

export const KEY = 'default/phi-3'

/** The reconciler on a cluster in memory; nodes and pods come and go by the test's hand. */
export function aWorld() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const events: string[] = []
  const caches = {
    workspaces: cluster.cacheOf(WORKSPACES),
    deployments: cluster.cacheOf(DEPLOYMENTS),
    services: cluster.cacheOf(SERVICES),
    pods: cluster.cacheOf(PODS, { [PODS_BY_WORKSPACE]: workspaceKeysOf }),
    machines: cluster.cacheOf(MACHINES, MACHINE_INDEXES),
    nodes: cluster.cacheOf(NODES),
  }
  const { machines, nodes, ...own } = caches
  const provisioner = createMachineNodeProvisioner({ client: cluster.client, clock, machines, nodes })
  const settings = { presetRegistry: 'mcr.microsoft.com/aks/kaito', maxNodesPerWorkspace: 16 }
  const reconcile = createWorkspaceReconciler({
    client: cluster.client,
    clock,
    ...own,
    provisioner,
    settings,
    announce: (_workspace, { type, reason, message }) => events.push(`${type} ${reason}: ${message}`),
  })
  const log = createMemoryLog()
  return {
    clock,
    cluster,
    caches,
    provisioner,
    settings,
    events,
    log,
    pass: async () => (await reconcile(KEY, { signal: new AbortController().signal, log })) ?? undefined,
    workspace: () => cluster.get(WORKSPACES, KEY),
    condition: (type: string) => cluster.get(WORKSPACES, KEY)?.status?.conditions?.find((one) => one.type === type),
    submit: (workspace: Workspace) => cluster.put(WORKSPACES, workspace),
    /** What the gpu-provisioner does: it holds every claim, and brings its node up. */
    serveClaims: () => {
      for (const { metadata } of cluster.list(MACHINES)) {
        if (!metadata.deletionTimestamp && !cluster.get(NODES, `node-${metadata.name}`))
          serveMachine(cluster, metadata.name)
      }
    },
    /** What the gpu-provisioner does at the end: node and finalizer go. */
    finishClaims: () => {
      const leaving = cluster.list(MACHINES).filter(({ metadata }) => metadata.deletionTimestamp)
      for (const { metadata, status } of leaving) {
        if (status?.nodeName && cluster.get(NODES, status.nodeName)) cluster.vanish(NODES, status.nodeName)
        cluster.vanish(MACHINES, metadata.name)
      }
    },
    startModel: () => {
      const { generation = 1 } = cluster.get(DEPLOYMENTS, KEY)?.metadata ?? {}
      cluster.edit(DEPLOYMENTS, KEY, (deployment) => {
        const count = deployment.spec?.replicas ?? 0
        deployment.status = { observedGeneration: generation, readyReplicas: count, updatedReplicas: count }
      })
    },
  }
}

export type World = ReturnType<typeof aWorld>
