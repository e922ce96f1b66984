import { afterEach, vi } from 'vitest'
import type { ClusterAccess, KindRef, KubeObject } from '../cluster-access.ts'
import { type LocalCluster, type LocalClusterOptions, startLocalCluster } from '../local-cluster.ts'
import { apiVersionOf } from '../object-address.ts'

/** Longer than `eventually` waits: a test that fails tells what it saw last. */
const TEST_MS = 12_000
const timings = { pullMs: 1, loadMs: 1, probeFactor: 0.01 }

/** Makes the function by which the tests of a file start a cluster with its controllers; each ends with its test. */
export function clusterPerTest(): (options?: LocalClusterOptions) => Promise<ClusterAccess> {
  vi.setConfig({ testTimeout: TEST_MS })
  let cluster: LocalCluster | undefined
  afterEach(async () => {
    await cluster?.stop()
    cluster = undefined
  })
  return async (options) => {
    cluster = await startLocalCluster({ kubelet: timings, ...options })
    return cluster.access
  }
}

export const inDefault = (name: string) => ({ name, namespace: 'default' })

export const names = (objects: KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort()

/** An object with a template of pods that only wait, unless told otherwise. */
export function workload(kind: KindRef, name: string, { spec = {}, podSpec = {} } = {}): KubeObject {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'pause' }], ...podSpec } }
  const selector = kind.kind === 'Job' ? {} : { selector: { matchLabels: labels } }
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: inDefault(name),
    spec: { ...selector, template, ...spec },
  }
}
