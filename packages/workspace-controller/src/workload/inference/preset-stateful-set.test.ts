import { expect, test } from 'vitest'
import { aCase, rendered } from '../testing/rendering-cases.ts'

const podOf = (preset: string, count: number, size?: string) => {
  const resource = size === undefined ? {} : { instanceType: size }
  const { workload } = rendered(aCase('ws', { preset, count, resource }))
  return workload.spec?.template.spec
}
const modelOf = (...asked: Parameters<typeof podOf>) => podOf(...asked)?.containers[0]

const LEADER = 'ws-0.ws-headless.default.svc.cluster.local'

test.each<[preset: string, count: number, size: string, processes: number]>([
  ['llama-2-13b', 2, 'Standard_NC24ads_A100_v4', 1],
  ['llama-2-70b', 2, 'Standard_ND96asr_v4', 4],
  ['llama-2-70b-chat', 4, 'Standard_NC48ads_A100_v4', 2],
  ['llama-2-70b-chat', 8, 'Standard_NC24ads_A100_v4', 1],
])(
  '%s on %i nodes of %s starts %i processes on each, which meet at the first Pod',
  (preset, count, size, processes) => {
    const { command, env } = modelOf(preset, count, size) ?? {}
    expect(command).toEqual([
      'torchrun',
      `--master_addr=${LEADER}`,
      '--master_port=29500',
      '--max_restarts=3',
      `--nnodes=${count}`,
      '--node_rank=$(POD_INDEX)',
      `--nproc_per_node=${processes}`,
      '--rdzv_backend=c10d',
      `--rdzv_endpoint=${LEADER}:29500`,
      '--rdzv_id=job',
      'inference_api.py',
      '--max_batch_size=8',
      '--max_seq_len=512',
    ])
    const fieldPath = "metadata.labels['apps.kubernetes.io/pod-index']"
    expect(env).toEqual([{ name: 'POD_INDEX', valueFrom: { fieldRef: { fieldPath } } }])
  },
)

test('on one node all processes meet where they are', () => {
  const { command, env } = modelOf('llama-2-13b', 1) ?? {}
  expect(command).toEqual(
    expect.arrayContaining(['--master_addr=localhost', '--nnodes=1', '--node_rank=0', '--nproc_per_node=2']),
  )
  expect(env).toBeUndefined()
})

test.each([
  ['llama-2-13b', 1],
  ['llama-2-13b', 2],
])('the processes of %s on %i nodes share memory outside of the limit of a container', (preset, count) => {
  expect(podOf(preset, count)?.volumes).toEqual([{ name: 'dshm', emptyDir: { medium: 'Memory' } }])
  expect(modelOf(preset, count)?.volumeMounts).toEqual([{ name: 'dshm', mountPath: '/dev/shm' }])
})

test.each(['llama-2-7b', 'falcon-40b'])('a whole copy of %s on each node shares nothing', (preset) => {
  expect(rendered(aCase('ws', { preset, count: 2 })).workload.kind).toBe('Deployment')
  expect(podOf(preset, 2)?.volumes).toBeUndefined()
})

test.each([1, 2])('all Pods of %i start at once, each with a name before it is ready', (count) => {
  const { workload, services } = rendered(aCase('ws', { preset: 'llama-2-13b-chat', count }))
  expect(workload).toMatchObject({
    kind: 'StatefulSet',
    spec: {
      replicas: count,
      serviceName: 'ws-headless',
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
    },
  })
  const [service, headless] = services
  expect(service?.spec?.selector).toEqual({
    'kaito.sh/workspace': 'ws',
    'statefulset.kubernetes.io/pod-name': 'ws-0',
  })
  expect(headless?.metadata).toMatchObject({ name: 'ws-headless', namespace: 'default' })
  expect(headless?.spec).toEqual({
    type: 'ClusterIP',
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: { 'kaito.sh/workspace': 'ws' },
    ports: [{ name: 'torchrun', protocol: 'TCP', port: 29500, targetPort: 29500 }],
  })
})

test('the annotation makes the first Pod reachable from outside, and no other', () => {
  const annotations = { 'kaito.sh/enablelb': 'True' }
  const { services } = rendered(aCase('ws', { preset: 'llama-2-13b-chat', count: 2, annotations }))
  expect(services.map(({ spec }) => spec?.type)).toEqual(['LoadBalancer', 'ClusterIP'])
})
