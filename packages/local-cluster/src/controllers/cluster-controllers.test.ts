import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { KindRef, KubeObject } from '../cluster-access.ts'
import * as kinds from '../objects/kinds.ts'
import { isReady } from '../objects/pod.ts'
import { eventually, eventuallyOne } from '../testing/eventually.ts'
import { aNode } from '../testing/objects.ts'
import { clusterPerTest, inDefault, names, workload } from '../testing/started-cluster.ts'

const started = clusterPerTest()

test('rolls a Deployment out, changes it pod by pod, and takes everything away with it', async () => {
  const access = await started()
  await access.create(kinds.NODES, aNode({ name: 'machine' }))
  const wanted = workload(kinds.DEPLOYMENTS, 'web', { spec: { replicas: 2 } })
  await access.create(kinds.DEPLOYMENTS, wanted)
  const isRolledOut = (image: string) => ({
    ref: inDefault('web'),
    isWanted: ({ spec, status, metadata }: typeof kinds.DEPLOYMENTS.objectType & KubeObject) =>
      spec.template.spec.containers[0]?.image === image &&
      status?.observedGeneration === metadata.generation &&
      status?.availableReplicas === 2 &&
      status.updatedReplicas === 2 &&
      status.replicas === 2,
  })
  await eventuallyOne(access, kinds.DEPLOYMENTS, isRolledOut('pause'))
  const template = { spec: { containers: [{ name: 'main', image: 'nginx' }] } }
  await access.mergePatch(kinds.DEPLOYMENTS, inDefault('web'), { spec: { template } })
  const done = await eventuallyOne(access, kinds.DEPLOYMENTS, isRolledOut('nginx'))
  expect(done.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2')
  expect(await access.list(kinds.REPLICA_SETS)).toHaveLength(2)
  await access.delete(kinds.DEPLOYMENTS, inDefault('web'))
  await eventually(access, kinds.REPLICA_SETS, (sets) => sets.length === 0)
  await eventually(access, kinds.PODS, (pods) => pods.length === 0)
})

test('writes nothing once everything is as wanted', async () => {
  const access = await started()
  await access.create(kinds.NODES, aNode({ name: 'machine' }))
  for (const kind of [kinds.DEPLOYMENTS, kinds.STATEFUL_SETS, kinds.DAEMON_SETS]) {
    await access.create(kind, workload(kind, kind.plural))
  }
  await eventually(access, kinds.PODS, (pods) => pods.length === 3 && pods.every(isReady))
  const all = [kinds.DEPLOYMENTS, kinds.STATEFUL_SETS, kinds.DAEMON_SETS, kinds.REPLICA_SETS, kinds.PODS, kinds.NODES]
  const versions = async () =>
    (await Promise.all(all.map((kind: KindRef) => access.list(kind))))
      .flat()
      .map(({ metadata }) => metadata.resourceVersion)
  const isCounted = (sets: KubeObject[]) =>
    sets.length === 1 &&
    sets.every(({ status }) => /"(availableReplicas|numberAvailable)":1/.test(JSON.stringify(status)))
  const counting = [kinds.DEPLOYMENTS, kinds.STATEFUL_SETS, kinds.DAEMON_SETS, kinds.REPLICA_SETS]
  await Promise.all(counting.map((kind: KindRef) => eventually<KubeObject>(access, kind, isCounted)))
  for (let turns = 0; turns < 50; turns += 1) await turn()
  const before = await versions()
  for (const kind of all) {
    for (const { metadata } of await access.list(kind)) {
      const ref = metadata.namespace === undefined ? { name: metadata.name } : inDefault(metadata.name)
      await access.mergePatch(kind, ref, { metadata: { labels: { look: 'again' } } })
    }
  }
  const touched = await versions()
  for (let turns = 0; turns < 50; turns += 1) await turn()
  expect(touched).not.toEqual(before)
  expect(await versions()).toEqual(touched)
})

test('runs a StatefulSet in order under stable names', async () => {
  const access = await started()
  await access.create(kinds.NODES, aNode({ name: 'machine' }))
  await access.create(
    kinds.STATEFUL_SETS,
    workload(kinds.STATEFUL_SETS, 'db', { spec: { replicas: 2, serviceName: 'db' } }),
  )
  const pods = await eventually(access, kinds.PODS, (found) => found.length === 2 && found.every(isReady))
  expect(names(pods)).toEqual(['db-0', 'db-1'])
  expect(pods.map(({ spec }) => [spec.hostname, spec.subdomain]).sort()).toEqual([
    ['db-0', 'db'],
    ['db-1', 'db'],
  ])
})

test.each([
  ['Complete', 'true'],
  ['Failed', 'false'],
])('ends a Job as %s', async (condition, command) => {
  const access = await started()
  await access.create(kinds.NODES, aNode({ name: 'machine' }))
  const podSpec = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command: [command] }] }
  await access.create(kinds.JOBS, workload(kinds.JOBS, 'work', { spec: { backoffLimit: 0 }, podSpec }))
  const isOver = {
    ref: inDefault('work'),
    isWanted: (job: KubeObject) => JSON.stringify(job.status ?? {}).includes(`"type":"${condition}","status":"True"`),
  }
  await eventuallyOne(access, kinds.JOBS, isOver)
})

test('waits with a pod until a node has what it asks for', async () => {
  const access = await started()
  const podSpec = { containers: [{ name: 'main', image: 'pause', resources: { limits: { 'nvidia.com/gpu': '1' } } }] }
  await access.create(kinds.DEPLOYMENTS, workload(kinds.DEPLOYMENTS, 'gpu', { podSpec }))
  await access.create(kinds.NODES, aNode({ name: 'machine', gpus: 1 }))
  const lacks = (message = '') => message === '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.'
  await eventually(access, kinds.PODS, (pods) => pods.some(({ status }) => lacks(status?.conditions?.[0]?.message)))
  const plugin = { containers: [{ name: 'plugin', image: 'nvcr.io/nvidia/k8s-device-plugin:v0.17.0' }] }
  await access.create(kinds.DAEMON_SETS, workload(kinds.DAEMON_SETS, 'plugin', { podSpec: plugin }))
  await eventually(access, kinds.PODS, (pods) => pods.length === 2 && pods.every(isReady))
})

test('keeps the status of a disruption budget', async () => {
  const access = await started()
  await access.create(kinds.NODES, aNode({ name: 'machine' }))
  await access.create(kinds.DEPLOYMENTS, workload(kinds.DEPLOYMENTS, 'web', { spec: { replicas: 2 } }))
  await access.create(kinds.BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: inDefault('web'),
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  })
  await eventuallyOne(access, kinds.BUDGETS, {
    ref: inDefault('web'),
    isWanted: ({ status }) => status?.disruptionsAllowed === 1,
  })
})

test('keeps endpoints of a Service in both forms', async () => {
  const access = await started()
  await access.create(kinds.NODES, aNode({ name: 'machine' }))
  const web = { containers: [{ name: 'main', image: 'nginx', ports: [{ name: 'web', containerPort: 8080 }] }] }
  await access.create(kinds.DEPLOYMENTS, workload(kinds.DEPLOYMENTS, 'web', { podSpec: web }))
  const spec = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'web' }] }
  await access.create(kinds.SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: inDefault('web'), spec })
  const isServed = {
    ref: inDefault('web'),
    isWanted: ({ subsets }: KubeObject) => JSON.stringify(subsets ?? []).includes('"port":8080'),
  }
  await eventuallyOne(access, kinds.ENDPOINTS, isServed)
  const slices = await eventually(access, kinds.ENDPOINT_SLICES, (all) =>
    all.some(({ endpoints }) => endpoints?.length === 1),
  )
  expect(slices[0]?.metadata.labels?.['kubernetes.io/service-name']).toBe('web')
  await access.delete(kinds.SERVICES, inDefault('web'))
  await eventually(access, kinds.ENDPOINTS, (all) => all.length === 0)
  await eventually(access, kinds.ENDPOINT_SLICES, (all) => all.length === 0)
})
