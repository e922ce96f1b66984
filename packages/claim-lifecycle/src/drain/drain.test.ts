import type { Pod } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { drainOf } from './drain.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')
const tolerates = (toleration: object) => pod({ spec: { containers: [], tolerations: [toleration] } })
const mirror = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'n' }

function pod(
  parts: { metadata?: Partial<Pod['metadata']>; spec?: Pod['spec']; phase?: 'Running' | 'Succeeded' | 'Failed' } = {},
): Pod {
  return {
    metadata: { name: 'p', namespace: 'default', uid: 'p', ...parts.metadata },
    spec: parts.spec ?? { containers: [] },
    status: { phase: parts.phase ?? 'Running' },
  }
}

test.each<[rule: string, pod: Pod, blocks: boolean]>([
  ['waits for a running pod', pod(), true],
  ['waits for a pod that is ending', pod({ metadata: { deletionTimestamp: '2026-01-01T11:59:30Z' } }), true],
  [
    'gives up a pod that is stuck past its end (M35)',
    pod({ metadata: { deletionTimestamp: '2026-01-01T11:58:00Z' } }),
    false,
  ],
  ['ignores a pod that has succeeded (M35)', pod({ phase: 'Succeeded' }), false],
  ['ignores a pod that has failed (M35)', pod({ phase: 'Failed' }), false],
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
  expect(drainOf([one], NOW).waitingFor).toHaveLength(blocks ? 1 : 0)
})

const critical = pod({
  metadata: { name: 'critical' },
  spec: { containers: [], priorityClassName: 'system-node-critical' },
})

test('asks critical pods to leave only after all others are gone (M36)', () => {
  const ending = pod({ metadata: { deletionTimestamp: '2026-01-01T11:59:59Z' } })
  expect(drainOf([critical, pod()], NOW).evict.map(({ metadata }) => metadata.name)).toEqual(['p'])
  expect(drainOf([critical, ending], NOW).evict).toEqual([])
  expect(drainOf([critical], NOW).evict).toEqual([critical])
})
