import { aWorkspace } from '@kaito/api/testing'
import { createMetrics, DEPLOYMENTS, PODS } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { createControllers } from './controllers.ts'
import { aWorld, KEY } from './testing/world.ts'
import { WORKSPACES } from './workspace/workspaces.ts'

function aRunning() {
  const world = aWorld()
  const { cluster, caches, clock, log, provisioner, settings } = world
  const told: string[] = []
  const [controller] = createControllers({
    client: cluster.client,
    caches,
    provisioner,
    settings,
    events: { record: ({ kind }, { reason }) => told.push(`${kind} ${reason}`) },
    clock,
    random: () => 0.5,
    log,
    metrics: createMetrics(),
  })
  const stop = new AbortController()
  const running = controller?.run(stop.signal)
  const end = async () => {
    stop.abort()
    await clock.settle()
    await running
  }
  return { ...world, told, end }
}

test('every step is set off by what happens in the cluster, and none by time', async () => {
  const { clock, cluster, condition, submit, serveClaims, startModel, finishClaims, told, end } = aRunning()
  submit(aWorkspace())
  await clock.settle()
  expect(cluster.list(MACHINES)).toHaveLength(1)
  serveClaims()
  await clock.settle()
  expect(cluster.get(DEPLOYMENTS, KEY)).toBeDefined()
  cluster.put(PODS, {
    metadata: { name: 'phi-3-x', namespace: 'default', labels: { 'kaito.sh/workspace': 'phi-3' } },
    status: {
      containerStatuses: [
        { name: 'phi-3', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } },
      ],
    },
  })
  await clock.settle()
  expect(condition('InferenceReady')?.reason).toBe('ImagePullError')
  cluster.vanish(PODS, 'default/phi-3-x')
  startModel()
  await clock.settle()
  expect(condition('WorkspaceReady')?.status).toBe('True')
  cluster.vanish(DEPLOYMENTS, KEY)
  await clock.settle()
  expect(cluster.get(DEPLOYMENTS, KEY)).toBeDefined()
  cluster.delete(WORKSPACES, KEY)
  await clock.settle()
  finishClaims()
  await clock.settle()
  expect(cluster.list(WORKSPACES)).toEqual([])
  expect(told).toContain('Workspace WorkloadReady')
  await end()
})
