import { expect, test } from 'vitest'
import { createMoments, type Moment, spans } from './moments.ts'

const condition = (status: string) => [{ type: 'Ready', status }]
const machine = (ready: string) => ({
  metadata: { name: 'ws1', labels: { 'kaito.sh/workspace': 'phi' } },
  status: { nodeName: 'node-1', conditions: condition(ready) },
})
const node = (ready: string, gpus?: string) => ({
  metadata: { name: 'node-1' },
  status: { conditions: condition(ready), allocatable: { cpu: '24', ...(gpus && { 'nvidia.com/gpu': gpus }) } },
})
const ordered = (generation: number, deletionTimestamp?: string) => ({
  metadata: { name: 'phi', generation, ...(deletionTimestamp && { deletionTimestamp }) },
})

/** A record on a clock that counts the events. */
function record() {
  let now = 0
  const noted = createMoments(() => now)
  const see = (kind: 'workspace' | 'deployment' | 'machine' | 'node', object: unknown, type = 'MODIFIED' as const) => {
    now += 1
    noted[kind]({ type, object })
  }
  return { noted, see, at: () => noted.moments.map(({ at }) => at) }
}

test('a node is usable from the last write that it and its claim needed', () => {
  const nodeLast = record()
  nodeLast.see('machine', machine('True'))
  nodeLast.see('node', node('True'))
  nodeLast.see('node', node('False', '1'))
  nodeLast.see('node', node('True', '1'))
  expect(nodeLast.noted.moments).toEqual([{ what: 'nodeUsable', workspace: 'phi', at: 4 }])

  const claimLast = record()
  claimLast.see('node', node('True', '1'))
  claimLast.see('machine', machine('False'))
  claimLast.see('machine', machine('True'))
  claimLast.see('machine', machine('True'))
  claimLast.see('node', node('True', '1'))
  expect(claimLast.at()).toEqual([3])
})

test('a node that was lost is usable anew', () => {
  const { see, at } = record()
  see('machine', machine('True'))
  see('node', node('True', '1'))
  see('node', node('False', '1'))
  see('node', node('True', '1'))
  expect(at()).toEqual([2, 4])
})

test('only a new generation is an order, and no deletion is', () => {
  const { see, noted } = record()
  see('workspace', ordered(1))
  see('workspace', ordered(1))
  see('deployment', ordered(1))
  see('workspace', ordered(2))
  see('deployment', ordered(2, '2026-11-29T00:00:00Z'))
  expect(noted.moments.map(({ what, at }) => [what, at])).toEqual([
    ['workspaceOrdered', 1],
    ['workloadOrdered', 3],
    ['workspaceOrdered', 4],
  ])
})

test('a span ends with the first moment and begins with the last before it', () => {
  const moment = (what: Moment['what'], at: number, workspace = 'phi'): Moment => ({ what, workspace, at })
  const moments = [
    moment('nodeUsable', 10),
    moment('nodeUsable', 15, 'llama'),
    moment('nodeUsable', 20),
    moment('workloadOrdered', 22),
    moment('nodeUsable', 30),
    moment('workloadOrdered', 40, 'llama'),
    moment('workloadOrdered', 99),
  ]
  expect(spans(moments, { from: 'nodeUsable', to: 'workloadOrdered' })).toEqual([2, 25])
  expect(() => spans(moments, { from: 'workspaceOrdered', to: 'workloadOrdered' })).toThrow('phi')
})
