import { expect, test } from 'vitest'
import type { Pod, PodStatus } from '../../objects/pod.ts'
import type { Service } from '../../objects/service.ts'
import { aPod, READY } from '../../testing/objects.ts'
import { podEndpoints } from './endpoint-addresses.ts'
import { wantedEndpoints, wantedSlices } from './plan.ts'

function aService(spec: Partial<Service['spec']> = {}): Service {
  const ports = [{ name: 'http', port: 80, targetPort: 5000, protocol: 'TCP' }]
  const metadata = { name: 'web', namespace: 'default', uid: 'uid' }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: {}, ports, ...spec } }
}

function at(
  podIP: string,
  { status = READY, deleted = false, ports = {} }: { status?: PodStatus; deleted?: boolean; ports?: object } = {},
): Pod {
  const metadata = { name: `pod-${podIP}`, ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) }
  return aPod({
    metadata,
    spec: { containers: [{ name: 'main', image: 'x', ...ports }] },
    status: { ...status, podIP },
  })
}

const unready: PodStatus = { phase: 'Running' }
const named = (containerPort: number) => ({ ports: [{ name: 'web', containerPort }] })

function shown(service: Service, pods: Pod[]): string[] {
  const { subsets = [] } = wantedEndpoints(service, podEndpoints(service, pods))
  return subsets.map(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const ips = (list: { ip: string }[]) => list.map(({ ip }) => ip).join(' ')
    return `${ips(addresses)} | ${ips(notReadyAddresses)} | ${ports.map(({ port }) => port).join(' ')}`
  })
}

test.each<[rule: string, service: Service, pods: Pod[], subsets: string[]]>([
  ['has no subset without pods', aService(), [], []],
  [
    'lists ready pods in the order of their addresses',
    aService(),
    [at('10.0.0.2'), at('10.0.0.1')],
    ['10.0.0.1 10.0.0.2 |  | 5000'],
  ],
  ['keeps pods that are not ready apart', aService(), [at('10.0.0.1', { status: unready })], [' | 10.0.0.1 | 5000']],
  [
    'publishes pods that are not ready when asked to',
    aService({ publishNotReadyAddresses: true }),
    [at('10.0.0.1', { status: unready })],
    ['10.0.0.1 |  | 5000'],
  ],
  ['leaves out pods that are ending', aService(), [at('10.0.0.1', { deleted: true })], []],
  ['leaves out pods that have ended', aService(), [at('10.0.0.1', { status: { phase: 'Succeeded' } })], []],
  ['leaves out pods without an address', aService(), [aPod({ status: READY })], []],
  [
    'finds a named port in each pod',
    aService({ ports: [{ port: 80, targetPort: 'web' }] }),
    [at('10.0.0.1', { ports: named(1) }), at('10.0.0.2', { ports: named(2) })],
    ['10.0.0.1 |  | 1', '10.0.0.2 |  | 2'],
  ],
])('%s', (_rule, service, pods, subsets) => expect(shown(service, pods)).toEqual(subsets))

test('shows ending pods in slices as terminating', () => {
  const pods = [at('10.0.0.1', { deleted: true })]
  const [slice] = wantedSlices(aService(), podEndpoints(aService(), pods), 'x')
  expect(slice?.endpoints).toMatchObject([
    { addresses: ['10.0.0.1'], conditions: { ready: false, serving: true, terminating: true } },
  ])
})
