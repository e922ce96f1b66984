import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { type DrainRule, drainOf } from './drain.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')
const CORDON: DrainRule = {
  taint: { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
  protectedBy: undefined,
  deadlineMs: undefined,
}
const DISRUPTION: DrainRule = {
  taint: { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' },
  protectedBy: 'karpenter.sh/do-not-disrupt',
  deadlineMs: undefined,
}
const tolerates = (toleration: object) => pod({ spec: { containers: [], tolerations: [toleration] } })
const mirror = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'n' }
const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'd' }

function pod(parts: { metadata?: Partial<Pod['metadata']>; spec?: Pod['spec']; status?: Pod['status'] } = {}): Pod {
  return {
    metadata: { name: 'p', namespace: 'default', uid: 'p', ...parts.metadata },
    spec: parts.spec ?? { containers: [] },
    status: { phase: 'Running', ...parts.status },
  }
}

const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name)

test.each<[rule: string, pod: Pod, blocks: boolean]>([
  ['waits for a running pod', pod(), true],
  ['waits for a pod that is ending', pod({ metadata: { deletionTimestamp: '2026-01-01T11:59:30Z' } }), true],
  [
    'gives up a pod that is stuck past its end (M35)',
    pod({ metadata: { deletionTimestamp: '2026-01-01T11:58:00Z' } }),
    false,
  ],
  ['ignores a pod that has succeeded (M35)', pod({ status: { phase: 'Succeeded' } }), false],
  ['ignores a pod that has failed (M35)', pod({ status: { phase: 'Failed' } }), false],
  ['ignores a static pod (M35)', pod({ metadata: { ownerReferences: [mirror] } }), false],
  [
    'ignores a pod that tolerates a closed node (M35)',
    tolerates({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }),
    false,
  ],
  ['ignores a pod that tolerates everything (M35)', tolerates({ operator: 'Exists' }), false],
  ['waits for a pod that tolerates something else', tolerates({ key: 'sku', operator: 'Exists' }), true],
  ['waits for a pod that tolerates another effect', tolerates({ operator: 'Exists', effect: 'NoExecute' }), true],
])('%s', (_rule, one, blocks) => {
  expect(drainOf([one], NOW, CORDON).waitingFor).toHaveLength(blocks ? 1 : 0)
})

test('which pods belong to a closed node depends on the taint that closes it (N33)', () => {
  const ofCordoned = tolerates({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' })
  const ofDisrupted = tolerates({ key: 'karpenter.sh/disrupted', operator: 'Equal', effect: 'NoSchedule' })
  expect(drainOf([ofCordoned, ofDisrupted], NOW, CORDON).waitingFor).toEqual([ofDisrupted])
  expect(drainOf([ofCordoned, ofDisrupted], NOW, DISRUPTION).waitingFor).toEqual([ofCordoned])
})

const critical = pod({
  metadata: { name: 'critical' },
  spec: { containers: [], priorityClassName: 'system-node-critical' },
})

test('asks critical pods to leave only after all others are gone (M36)', () => {
  const ending = pod({ metadata: { deletionTimestamp: '2026-01-01T11:59:59Z' } })
  expect(names(drainOf([critical, pod()], NOW, CORDON).evict)).toEqual(['p'])
  expect(drainOf([critical, ending], NOW, CORDON).evict).toEqual([])
  expect(drainOf([critical], NOW, CORDON).evict).toEqual([critical])
})

test('asks four groups strictly in order: pods, their daemons, critical pods, critical daemons (N33)', () => {
  const spec = { containers: [], priorityClassName: 'system-cluster-critical' }
  const order = [
    pod({ metadata: { name: 'web' } }),
    pod({ metadata: { name: 'log-shipper', ownerReferences: [daemonSet] } }),
    pod({ metadata: { name: 'dns' }, spec }),
    pod({ metadata: { name: 'network', ownerReferences: [daemonSet] }, spec }),
  ]
  const asked = order.map((_pod, gone) => names(drainOf(order.slice(gone).reverse(), NOW, DISRUPTION).evict))
  expect(asked).toEqual([['web'], ['log-shipper'], ['dns'], ['network']])
})

test.each<[rule: string, annotation: string, startTime: string, isProtected: boolean]>([
  ['a pod that must not be disrupted is waited for and not evicted', 'true', '2026-01-01T00:00:00Z', true],
  ['for as long as its annotation says', '2h', '2026-01-01T10:30:00Z', true],
  ['and no longer', '1h', '2026-01-01T10:30:00Z', false],
  ['an annotation that says nothing protects nothing', 'maybe', '2026-01-01T12:00:00Z', false],
  ['neither does one that says no', 'false', '2026-01-01T12:00:00Z', false],
])('%s (N33)', (_rule, value, startTime, isProtected) => {
  const one = pod({ metadata: { annotations: { 'karpenter.sh/do-not-disrupt': value } }, status: { startTime } })
  const drain = drainOf([one, critical], NOW, DISRUPTION)
  expect(drain).toMatchObject({ waitingFor: [one, critical], protectedPods: isProtected ? [one] : [] })
  expect(drain.evict).toEqual(isProtected ? [] : [one])
  expect(drainOf([one], NOW, CORDON).evict).toEqual([one])
})

const inMs = (ms: number): DrainRule => ({ ...DISRUPTION, deadlineMs: NOW + ms })
const slow = pod({ spec: { containers: [], terminationGracePeriodSeconds: 120 } })
const precious = pod({ metadata: { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } })

test.each<[rule: string, pod: Pod, rule: DrainRule, graceSeconds: number | undefined]>([
  ['a pod is evicted as long as its grace period fits before the deadline', slow, inMs(121_000), undefined],
  ['then it is deleted, with the time that is left', slow, inMs(120_000), 120],
  ['one with a shorter period is deleted later', pod(), inMs(120_000), undefined],
  ['a pod that says nothing gets what Kubernetes gives it', pod(), inMs(30_000), 30],
  ['a protected pod is deleted likewise', precious, inMs(29_500), 29],
  ['whatever group it is in', critical, inMs(10_000), 10],
  ['never without any grace', pod(), inMs(-60_000), 1],
  ['nothing is deleted without a deadline', slow, DISRUPTION, undefined],
])('%s (N33)', (_rule, one, rule, graceSeconds) => {
  const { remove, evict } = drainOf([one], NOW, rule)
  expect(remove).toEqual(graceSeconds === undefined ? [] : [{ pod: one, graceSeconds }])
  expect(evict).toEqual(graceSeconds === undefined ? [one] : [])
})

test.each<[rule: string, deletionTimestamp: string, isShortened: boolean]>([
  ['a pod that ends too late is deleted again with less grace', '2026-01-01T12:05:00Z', true],
  ['one that ends in time is left alone', '2026-01-01T12:00:10Z', false],
])('%s (N33)', (_rule, deletionTimestamp, isShortened) => {
  const { remove } = drainOf([pod({ metadata: { deletionTimestamp } })], NOW, inMs(20_000))
  expect(remove).toHaveLength(isShortened ? 1 : 0)
})

test('a pod that was deleted after the deadline is not deleted again and again', () => {
  const one = pod({ metadata: { deletionTimestamp: '2026-01-01T12:00:01Z' } })
  expect(drainOf([one], NOW, inMs(-60_000)).remove).toEqual([])
})
