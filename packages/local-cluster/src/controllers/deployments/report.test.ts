import { expect, test } from 'vitest'
import type { Deployment } from '../../objects/workloads.ts'
import { reportDeployment } from './report.ts'

const template = { spec: { containers: [] } }
const selector = { matchLabels: { app: 'x' } }
const START = '2026-01-01T00:00:00Z'
const LATER = '2026-01-01T00:11:00Z'

function aDeployment(status: Deployment['status']): Deployment {
  const metadata = { name: 'd', generation: 1 }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector, template },
    ...(status ? { status } : {}),
  }
}

function reasons(status: object): string[] {
  return (
    (status as NonNullable<Deployment['status']>).conditions?.map(({ reason = '', status: s }) => `${s} ${reason}`) ??
    []
  )
}

function current(availableReplicas: number) {
  const status = { replicas: 1, availableReplicas, readyReplicas: availableReplicas }
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'd-1' }, spec: { selector, template }, status }
}

test('is available and complete once its pods are', () => {
  const { status, revisitMs } = reportDeployment(
    { deployment: aDeployment(undefined), current: current(1), old: [] },
    START,
  )
  expect(reasons(status)).toEqual(['True MinimumReplicasAvailable', 'True NewReplicaSetAvailable'])
  expect(revisitMs).toBeUndefined()
})

test('gives up progress at the deadline, and only then', () => {
  const first = reportDeployment({ deployment: aDeployment(undefined), current: current(0), old: [] }, START)
  expect(first.revisitMs).toBe(600_000)
  const stuck = { deployment: aDeployment(first.status), current: current(0), old: [] }
  expect(reasons(reportDeployment(stuck, START).status)).toContain('True ReplicaSetUpdated')
  expect(reasons(reportDeployment(stuck, LATER).status)).toContain('False ProgressDeadlineExceeded')
})

test('writes nothing new when nothing has changed', () => {
  const first = reportDeployment({ deployment: aDeployment(undefined), current: current(1), old: [] }, START)
  const second = reportDeployment({ deployment: aDeployment(first.status), current: current(1), old: [] }, LATER)
  expect(second.status).toEqual(first.status)
})

test('keeps a finished roll-out finished when a pod fails later', () => {
  const first = reportDeployment({ deployment: aDeployment(undefined), current: current(1), old: [] }, START)
  const later = reportDeployment({ deployment: aDeployment(first.status), current: current(0), old: [] }, LATER)
  expect(reasons(later.status)).toEqual(['False MinimumReplicasUnavailable', 'True NewReplicaSetAvailable'])
})
