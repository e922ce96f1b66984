import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { KubeObject } from '../../cluster-access.ts'
import * as kinds from '../../objects/kinds.ts'
import { eventually, eventuallyOne } from '../../testing/eventually.ts'
import { manualClock } from '../../testing/manual-clock.ts'
import { clusterPerTest, inDefault } from '../../testing/started-cluster.ts'

const started = clusterPerTest()
const containers = [{ name: 'main', image: 'pause' }]

test('marks a silent node unreachable and evicts its pods at the end of their patience', async () => {
  const clock = manualClock()
  const access = await started({ clock, kubelet: false })
  const ready = [{ type: 'Ready', status: 'True' }]
  await access.create(kinds.NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'machine' } })
  await access.mergePatch(kinds.NODES, { name: 'machine' }, { status: { conditions: ready } }, 'status')
  const machine = (isWanted: (taints: string[]) => boolean) => ({
    ref: { name: 'machine' },
    isWanted: ({ spec }: KubeObject) =>
      isWanted(Array.from(Object(spec).taints ?? []).map((taint) => `${Object(taint).key}`)),
  })
  await eventuallyOne(
    access,
    kinds.NODES,
    machine((taints) => taints.length === 0),
  )
  await access.create(kinds.PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: inDefault('lost'),
    spec: { nodeName: 'machine', containers },
  })
  for (let turns = 0; turns < 20; turns += 1) await turn()
  clock.advance(40_000)
  await eventuallyOne(
    access,
    kinds.NODES,
    machine((taints) => taints.includes('node.kubernetes.io/unreachable')),
  )
  for (let turns = 0; turns < 20; turns += 1) await turn()
  expect((await access.get(kinds.PODS, inDefault('lost')))?.metadata.deletionTimestamp).toBeUndefined()
  clock.advance(300_000)
  await eventuallyOne(access, kinds.PODS, {
    ref: inDefault('lost'),
    isWanted: ({ metadata }) => metadata.deletionTimestamp !== undefined,
  })
})

test('removes the pods of a node that stays away', async () => {
  const clock = manualClock()
  const access = await started({ clock, kubelet: false })
  await access.create(kinds.PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: inDefault('lost'),
    spec: { nodeName: 'gone', containers },
  })
  for (let turns = 0; turns < 20; turns += 1) await turn()
  clock.advance(39_000)
  for (let turns = 0; turns < 20; turns += 1) await turn()
  expect(await access.list(kinds.PODS)).toHaveLength(1)
  clock.advance(1_000)
  await eventually(access, kinds.PODS, (pods) => pods.length === 0)
})
