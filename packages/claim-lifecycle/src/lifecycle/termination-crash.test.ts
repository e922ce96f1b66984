import { type KubernetesObject, PODS, type Resource } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const NAME = 'ws0123456ab'
const ATTACHMENTS: Resource<KubernetesObject> = {
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'volumeattachments',
  kind: 'VolumeAttachment',
  namespaced: false,
}

type World = ReturnType<typeof createWorld>

/** Lets time pass in small steps, with a fresh process after a crash. */
async function live(world: World, ms: number): Promise<void> {
  const before = world.crash.crashes()
  let restarted = false
  for (let passed = 0; passed < ms; passed += 500) {
    await world.advance(500)
    if (restarted || world.crash.crashes() === before) continue
    world.restart()
    restarted = true
  }
}

/** The kubelet: pods end a moment after they were told to, and their volume goes after them. */
function endPods(world: World): void {
  for (const pod of world.cluster.list(PODS)) {
    if (pod.metadata.deletionTimestamp !== undefined) world.cluster.vanish(PODS, `default/${pod.metadata.name}`)
  }
  if (world.cluster.list(PODS).length > 0) return
  for (const { metadata } of world.cluster.list(ATTACHMENTS)) world.cluster.vanish(ATTACHMENTS, metadata.name)
}

async function readyWorld(): Promise<World> {
  const world = createWorld()
  world.makeNodeClaim({ spec: { terminationGracePeriod: '1h' } })
  await world.advance(61_000)
  const labels = { 'kaito.sh/claim-uid': world.nodeClaim()?.metadata.uid ?? '', 'fake-cloud/instance': NAME }
  world.join({ labels })
  await world.advance(5_000)
  const spec = { containers: [], nodeName: 'node-1' }
  for (const name of ['web', 'cache']) {
    world.cluster.put(PODS, { metadata: { name, namespace: 'default' }, spec, status: { phase: 'Running' } })
  }
  const source = { persistentVolumeName: 'v1' }
  const attachment = { metadata: { name: 'csi-1' }, spec: { attacher: 'disk', nodeName: 'node-1', source } }
  world.cluster.put(ATTACHMENTS, attachment)
  return world
}

/** Deletes the claim and lets everything end; answers what was still there when the cloud was asked to end it. */
async function end(world: World): Promise<{ pods: number; volumes: number; isTainted: boolean } | undefined> {
  let atTermination: Awaited<ReturnType<typeof end>>
  world.cluster.delete(world.nodeClaims, NAME)
  for (let step = 0; step < 30; step += 1) {
    const isTainted = world
      .nodes()
      .every(({ spec }) => spec?.taints?.some(({ key }) => key === 'karpenter.sh/disrupted'))
    await live(world, 2_000)
    if (world.cloud.terminations().length > 0) {
      atTermination ??= {
        pods: world.cluster.list(PODS).length,
        volumes: world.cluster.list(ATTACHMENTS).length,
        isTainted,
      }
    }
    endPods(world)
  }
  await live(world, 60_000)
  return atTermination
}

test('a drain goes on whatever write the process dies at, and nothing ends before it is empty (row 76, I8)', async () => {
  const counted = await readyWorld()
  const before = counted.crash.effects()
  await end(counted)
  const total = counted.crash.effects() - before
  expect(total).toBeGreaterThan(8)
  counted.stop()
  for (let nth = 1; nth <= total; nth += 1) {
    for (const when of ['before', 'after'] as const) {
      const world = await readyWorld()
      world.crash.at(before + nth, when)
      const atTermination = await end(world)
      expect({
        at: `${when} effect ${nth}`,
        crashes: world.crash.crashes(),
        atTermination,
        launches: world.cloud.launches().length,
        left: [world.nodeClaim(), ...world.nodes(), ...world.cloud.instances()],
      }).toEqual({
        at: `${when} effect ${nth}`,
        crashes: 1,
        atTermination: { pods: 0, volumes: 0, isTainted: true },
        launches: 1,
        left: [undefined],
      })
      world.stop()
    }
  }
})
