import { expect, test } from 'vitest'
import type { Toleration } from '../../objects/pod.ts'
import { aPod } from '../../testing/objects.ts'
import { evictionTime } from './plan.ts'

const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }
const custom = { key: 'out', effect: 'NoExecute' }
const holding = { key: 'sku', effect: 'NoSchedule' }

test.each<
  [rule: string, taints: { key: string; effect: string }[], tolerations: Toleration[], seconds: number | undefined]
>([
  ['never evicts for a taint that only keeps pods off', [holding], [], undefined],
  ['evicts at once without a toleration', [custom], [], 0],
  ['never evicts with an unlimited toleration', [custom], [{ key: 'out', operator: 'Exists' }], undefined],
  [
    'evicts at the end of a limited toleration',
    [custom],
    [{ key: 'out', operator: 'Exists', tolerationSeconds: 30 }],
    30,
  ],
  ['gives the default patience with an unreachable node', [unreachable], [], 300],
  [
    'takes the shortest patience',
    [unreachable, custom],
    [{ operator: 'Exists', key: 'out', tolerationSeconds: 60 }],
    60,
  ],
  ['takes no negative patience', [custom], [{ key: 'out', operator: 'Exists', tolerationSeconds: -5 }], 0],
])('%s', (_rule, taints, tolerations, seconds) => {
  const timed = taints.map((taint) => ({ taint, sinceMs: 1000 }))
  const time = evictionTime(aPod({ spec: { tolerations } }), timed)
  expect(time).toBe(seconds === undefined ? undefined : 1000 + seconds * 1000)
})
