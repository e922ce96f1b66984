import type { Workspace } from '@kaito/api'
import { CONFIG_MAPS, DEPLOYMENTS, JOBS, NODES, PODS, SECRETS, SERVICES, STATEFUL_SETS } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { MACHINES } from '@kaito/node-provisioner'
import { serveClaim } from '@kaito/node-provisioner/testing'
import { PODS_BY_WORKSPACE, workspaceKeysOf } from '../workload/pods.ts'
import { createWorkspaceReconciler } from '../workspace/reconciler.ts'
import { WORKSPACES } from '../workspace/workspaces.ts'
import { SETTINGS } from './an-order.ts'
import { createNodeProvisioner } from './node-provisioner.ts'

export const KEY = 'default/phi-3'

/** The reconciler on a cluster in memory; nodes and pods come and go by the test's hand. */
export function aWorld() {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const events: string[] = []
  const caches = {
    workspaces: cluster.cacheOf(WORKSPACES),
    deployments: cluster.cacheOf(DEPLOYMENTS),
    statefulSets: cluster.cacheOf(STATEFUL_SETS),
    jobs: cluster.cacheOf(JOBS),
    services: cluster.cacheOf(SERVICES),
    pods: cluster.cacheOf(PODS, { [PODS_BY_WORKSPACE]: workspaceKeysOf }),
  }
  const { deployments, statefulSets, jobs, ...own } = caches
  const provisioner = createNodeProvisioner(cluster, clock)
  const reconcile = createWorkspaceReconciler({
    client: cluster.client,
    clock,
    ...own,
    provisioner,
    settings: SETTINGS,
    workloads: { Deployment: deployments, StatefulSet: statefulSets, Job: jobs },
    announce: (_workspace, { type, reason, message }) => events.push(`${type} ${reason}: ${message}`),
  })
  const log = createMemoryLog()
  return {
    clock,
    cluster,
    caches,
    provisioner,
    settings: SETTINGS,
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
          serveClaim(cluster, metadata.name)
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
      for (const resource of [DEPLOYMENTS, STATEFUL_SETS]) {
        const { generation = 1 } = cluster.get(resource, KEY)?.metadata ?? {}
        if (!cluster.get(resource, KEY)) continue
        cluster.edit(resource, KEY, (server) => {
          const count = server.spec?.replicas ?? 0
          server.status = { observedGeneration: generation, readyReplicas: count, updatedReplicas: count }
        })
      }
    },
    /** What the Job controller does at the end. */
    endJob: (type: 'Complete' | 'Failed') => {
      const lastTransitionTime = new Date(clock.now()).toISOString()
      cluster.edit(JOBS, KEY, (job) => {
        job.status = { conditions: [{ type, status: 'True', lastTransitionTime }] }
      })
    },
    /** What a tuning needs of its user and of the installation. */
    prepareTuning: () => {
      const secret = { metadata: { name: 'push', namespace: 'default' }, type: 'kubernetes.io/dockerconfigjson' }
      cluster.put(SECRETS, secret)
      cluster.put(CONFIG_MAPS, {
        metadata: { name: 'lora-params-template', namespace: SETTINGS.namespace },
        data: { 'training_config.yaml': 'training_config:\n  TrainingArguments: { output_dir: /mnt/results }\n' },
      })
    },
  }
}

export type World = ReturnType<typeof aWorld>
