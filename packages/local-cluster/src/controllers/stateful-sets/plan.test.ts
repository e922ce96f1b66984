import { expect, test } from 'vitest'
import type { Pod, PodStatus } from '../../objects/pod.ts'
import type { StatefulSet } from '../../objects/workloads.ts'
import { aPod, READY } from '../../testing/objects.ts'
import { planStatefulSet, REVISION_LABEL } from './plan.ts'

const DELETED = '2026-01-01T00:00:00Z'

function aSet(spec: Partial<StatefulSet['spec']>): StatefulSet {
  const template = { spec: { containers: [] } }
  const selector = { matchLabels: { app: 'x' } }
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's' }, spec: { selector, template, ...spec } }
}

function member(ordinal: number, { revision = 'new', status = READY, deleted = false } = {}): Pod {
  const labels = { [REVISION_LABEL]: revision }
  const metadata = { name: `s-${ordinal}`, labels, ...(deleted ? { deletionTimestamp: DELETED } : {}) }
  return aPod({ metadata, status })
}

const starting: PodStatus = { phase: 'Pending' }
const three = aSet({ replicas: 3 })
const parallel = aSet({ replicas: 3, podManagementPolicy: 'Parallel' })

test.each<[rule: string, statefulSet: StatefulSet, pods: Pod[], does: string[]]>([
  ['starts with the lowest', three, [], ['create 0']],
  ['waits for the one below', three, [member(0, { status: starting })], []],
  ['goes on when the one below is ready', three, [member(0)], ['create 1']],
  ['starts all at once in parallel', parallel, [], ['create 0', 'create 1', 'create 2']],
  ['fills a gap', three, [member(0), member(2)], ['create 1']],
  ['replaces a failed one', aSet({ replicas: 1 }), [member(0, { status: { phase: 'Failed' } })], ['delete s-0']],
  ['takes the highest away first', aSet({ replicas: 1 }), [member(0), member(1), member(2)], ['delete s-2']],
  [
    'takes the next away when the last is gone',
    aSet({ replicas: 1 }),
    [member(0), member(1), member(2, { deleted: true })],
    [],
  ],
  [
    'takes surplus ones away together in parallel',
    { ...parallel, spec: { ...parallel.spec, replicas: 1 } },
    [member(0), member(1), member(2)],
    ['delete s-2', 'delete s-1'],
  ],
  ['updates from the highest down', three, [0, 1, 2].map((n) => member(n, { revision: 'old' })), ['delete s-2']],
  [
    'updates the next when the one before is ready',
    three,
    [member(0, { revision: 'old' }), member(1, { revision: 'old' }), member(2)],
    ['delete s-1'],
  ],
  ['waits for an updated one', three, [member(0, { revision: 'old' }), member(1), member(2, { status: starting })], []],
  [
    'replaces a broken one by its update',
    aSet({ replicas: 1 }),
    [member(0, { revision: 'old', status: starting })],
    ['delete s-0'],
  ],
  [
    'leaves pods below the partition',
    aSet({ replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } }),
    [member(0, { revision: 'old' }), member(1)],
    [],
  ],
  [
    'leaves old pods alone with OnDelete',
    aSet({ replicas: 1, updateStrategy: { type: 'OnDelete' } }),
    [member(0, { revision: 'old' })],
    [],
  ],
  ['counts from its first ordinal', aSet({ replicas: 1, ordinals: { start: 5 } }), [], ['create 5']],
])('%s', (_rule, statefulSet, pods, does) => {
  const actions = planStatefulSet({ statefulSet, pods, revision: 'new' })
  expect(actions.map((a) => (a.do === 'create' ? `create ${a.ordinal}` : `delete ${a.pod.metadata.name}`))).toEqual(
    does,
  )
})
