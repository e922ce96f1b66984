import { expect, test } from 'vitest'
import { statusFaults } from './status-faults.ts'

test.each<[kind: string, status: object, faults: string[]]>([
  ['Deployment', { replicas: 2, readyReplicas: 2, availableReplicas: 1 }, []],
  ['Deployment', { readyReplicas: -1 }, ['status.readyReplicas', 'status.availableReplicas']],
  ['ReplicaSet', { replicas: 1, readyReplicas: 2 }, ['status.readyReplicas']],
  ['StatefulSet', { replicas: 1, availableReplicas: 1 }, ['status.availableReplicas']],
  ['DaemonSet', { numberReady: -1 }, ['status.numberReady']],
  ['Pod', { replicas: -1 }, []],
])('a %s with %j', (kind, status, faults) =>
  expect(statusFaults({ status }, kind).map(({ field }) => field)).toEqual(faults),
)
