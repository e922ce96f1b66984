import { expect, test } from 'vitest'
import { serveCluster } from '../testing/served-cluster.ts'

// The clock of the cluster is not the one by which clients check certificates.
const cluster = serveCluster({ clock: { now: () => 0, after: () => () => undefined } })

async function podOf(name: string, spec: object) {
  const containers = [{ name: 'c', image: 'i' }]
  return cluster.send('POST', '/api/v1/namespaces/default/pods', {
    body: { metadata: { name }, spec: { containers, ...spec } },
  })
}

const lost = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
const NOT_READY = lost('node.kubernetes.io/not-ready')
const UNREACHABLE = lost('node.kubernetes.io/unreachable')

test('completes a plain pod as the default admission plug-ins do', async () => {
  const { body } = await podOf('plain', {})
  expect(body).toMatchObject({
    metadata: { creationTimestamp: '1970-01-01T00:00:00Z' },
    spec: { serviceAccountName: 'default', priority: 0, tolerations: [NOT_READY, UNREACHABLE] },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  })
})

test.each<[rule: string, tolerations: object[], added: object[]]>([
  ['one that tolerates everything', [{ operator: 'Exists' }], []],
  [
    'one that tolerates a lost node by itself',
    [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
    [UNREACHABLE],
  ],
  ['one for scheduling only', [{ operator: 'Exists', effect: 'NoSchedule' }], [NOT_READY, UNREACHABLE]],
])('adds what is missing to tolerations: %s', async (...[rule, tolerations, added]) => {
  const { body } = await podOf(`t${rule.length}`, { tolerations })
  expect(body).toMatchObject({ spec: { tolerations: [...tolerations, ...added] } })
})

test('takes the priority from the class', async () => {
  const { body } = await podOf('critical', { priorityClassName: 'system-node-critical' })
  expect(body).toMatchObject({ spec: { priority: 2_000_001_000 } })
})

test.each<[what: string, spec: object, message: string]>([
  ['priority class', { priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
  ['service account', { serviceAccountName: 'none' }, 'serviceaccount "none" not found'],
])('refuses an unknown %s', async (...[, spec, message]) => {
  const { code, body } = await podOf('refused', spec)
  expect([code, body]).toMatchObject([403, { reason: 'Forbidden', message: expect.stringContaining(message) }])
})

test.each<[quality: string, requests: object, limits: object]>([
  ['Guaranteed', { cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' }],
  ['Guaranteed', {}, { cpu: '1', memory: '1Gi' }],
  ['Burstable', { cpu: '1' }, {}],
  ['BestEffort', {}, { 'nvidia.com/gpu': '1' }],
])('calls a pod %s that requests %j and is limited to %j', async (...[quality, requests, limits]) => {
  const containers = [{ name: 'c', image: 'i', resources: { requests, limits } }]
  const name = `q-${quality.toLowerCase()}-${Object.keys(requests).length}`
  expect((await podOf(name, { containers })).body).toMatchObject({ status: { qosClass: quality } })
})
