import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { planeOfWorker } from '../control-plane/shared-planes.ts'
import { KubeHttp } from '../harness/kube-http.ts'
import { createManifest } from '../harness/manifests.ts'
import type { Chart } from './charts.ts'
import { grantsOf } from './granted-rights.ts'
import { podsOf, type RenderedObject, type RenderedPod, rendered, template } from './rendered-chart.ts'

const CHART_NAMES = ['workspace', 'gpu-provisioner'] as const satisfies Chart[]
const EVERYTHING_ON = [
  ...['--set', 'networkPolicy.enabled=true', '--set', 'serviceMonitor.enabled=true'],
  ...['--set', `image.digest=sha256:${'0'.repeat(64)}`],
]

let kube: KubeHttp
const objects = new Map<Chart, RenderedObject[]>()
const ofChart = (chart: Chart) => objects.get(chart) ?? []
const ofKind = (chart: Chart, kind: string) => ofChart(chart).filter((object) => object.kind === kind)
const isDevicePlugin = ({ of }: RenderedPod) => of.startsWith('DaemonSet ')

beforeAll(async () => {
  kube = new KubeHttp(await planeOfWorker())
  for (const chart of CHART_NAMES) objects.set(chart, await rendered(chart, EVERYTHING_ON))
  for (const level of ['restricted', 'privileged']) {
    const labels = { 'pod-security.kubernetes.io/enforce': level }
    await createManifest(kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `pods-${level}`, labels } })
  }
})
afterAll(() => kube.close())

/** Asks the API server, without keeping the Pod. */
async function admitted(level: string, { spec }: RenderedPod): Promise<string> {
  const namespace = `pods-${level}`
  const { serviceAccountName: _account, ...rest } = spec
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'asked', namespace },
    spec: { ...rest, priorityClassName: undefined },
  }
  const { status, text } = await kube.ask(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
    method: 'POST',
    body: pod,
  })
  return status === 201 ? 'admitted' : text
}

const asText = (rendering: RenderedObject[]) => rendering.map((object) => stringify(object)).join('---\n')

test('S8 without rbac.readSecrets nothing is granted of Secrets', async () => {
  const grants = grantsOf(asText(await rendered('workspace', ['--set', 'rbac.readSecrets=false'])))
  expect(grants.length).toBeGreaterThan(10)
  expect(grants.filter(({ resource }) => resource === 'secrets')).toEqual([])
})

describe.each(CHART_NAMES)('the chart %s', (chart) => {
  test('S1 runs every Pod but the device plugin under Pod Security "restricted"', async () => {
    const pods = podsOf(ofChart(chart)).filter((pod) => !isDevicePlugin(pod))
    expect(pods.length).toBeGreaterThan(1)
    for (const pod of pods) expect(await admitted('restricted', pod), pod.of).toBe('admitted')
  })

  test('S2, S3 mounts nothing of the host and writes to no root file system, but for the socket of the device plugin', () => {
    for (const pod of podsOf(ofChart(chart))) {
      const hostPaths = pod.spec.volumes.filter((volume) => 'hostPath' in volume)
      const allowed = isDevicePlugin(pod) ? [{ path: '/var/lib/kubelet/device-plugins' }] : []
      expect(
        hostPaths.map(({ hostPath }) => hostPath),
        pod.of,
      ).toEqual(allowed)
      for (const { securityContext, name } of [...pod.spec.containers, ...pod.spec.initContainers]) {
        expect(securityContext, `${pod.of} ${name}`).toMatchObject({
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        })
        expect(securityContext.privileged, `${pod.of} ${name}`).not.toBe(true)
      }
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC'])
        expect(pod.spec[field], `${pod.of} ${field}`).not.toBe(true)
    }
  })

  test('S2 gives a token of the API to its controller alone, under an account of its own', () => {
    for (const { of, spec } of podsOf(ofChart(chart))) {
      const isController = of.startsWith('Deployment ')
      expect(spec.automountServiceAccountToken, of).toBe(isController)
      if (isController) expect(spec.serviceAccountName).toBe(ofKind(chart, 'ServiceAccount')[0]?.metadata.name)
    }
  })

  test('S4 takes its own image by digest when one is given, and no image without a version', () => {
    for (const { of, spec } of podsOf(ofChart(chart))) {
      for (const { image } of spec.containers)
        expect(image, of).toMatch(of.startsWith('Deployment ') ? /@sha256:/ : /:v?\d|@sha256:/)
    }
  })

  test('S5 has limits, a priority, two replicas with a disruption budget, probes and time to end', () => {
    const [deployment] = ofKind(chart, 'Deployment')
    const [pod] = podsOf(deployment ? [deployment] : [])
    expect(deployment?.spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } })
    expect(ofKind(chart, 'PodDisruptionBudget')).toHaveLength(1)
    expect(pod?.spec).toMatchObject({ priorityClassName: 'system-cluster-critical' })
    expect(pod?.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30)
    for (const { of, spec } of podsOf(ofChart(chart))) {
      for (const { resources } of spec.containers) {
        expect(resources, of).toMatchObject({
          requests: { cpu: expect.anything(), memory: expect.anything() },
          limits: { memory: expect.anything() },
        })
      }
    }
    expect(pod?.spec.containers[0]).toMatchObject({
      startupProbe: { httpGet: { path: '/healthz' } },
      livenessProbe: { httpGet: { path: '/healthz' } },
      readinessProbe: { httpGet: { path: '/readyz' } },
    })
  })

  test('S6 closes both directions with its NetworkPolicy, but for what a controller needs', () => {
    const policy = z
      .object({
        spec: z.object({
          policyTypes: z.array(z.string()),
          egress: z.array(z.looseObject({ ports: z.array(z.looseObject({ port: z.number() })) })),
        }),
      })
      .parse(ofKind(chart, 'NetworkPolicy')[0])
    expect(policy.spec.policyTypes.sort()).toEqual(['Egress', 'Ingress'])
    expect(policy.spec.egress.flatMap(({ ports }) => ports.map(({ port }) => port)).sort()).toEqual([443, 53, 53, 6443])
    expect(stringify(policy)).toMatch(/169\.254\.0\.0\/16[\s\S]*168\.63\.129\.16\/32/)
  })

  test('S8 grants no wildcard, nothing that leads to more rights, and of Secrets no more than the documented look', () => {
    const grants = grantsOf(asText(ofChart(chart)))
    expect(grants.length).toBeGreaterThan(10)
    const words = grants.flatMap(({ group, resource, verb }) => [group, resource, verb])
    expect(words.filter((word) => word.includes('*'))).toEqual([])
    const forbidden = ['nodes/proxy', 'pods/exec', 'pods/attach', 'serviceaccounts/token', 'clusterroles', 'roles']
    expect(grants.filter(({ resource }) => forbidden.includes(resource))).toEqual([])
    const ofSecrets = grants.flatMap(({ resource, verb }) => (resource === 'secrets' ? [verb] : []))
    expect(ofSecrets).toEqual(chart === 'workspace' ? ['get'] : [])
    expect(grants.filter(({ verb }) => ['escalate', 'bind', 'impersonate', 'deletecollection'].includes(verb))).toEqual(
      [],
    )
  })

  test('S23, rows 49, 55, 71: brings no webhook and no certificate', () => {
    const kinds = new Set(ofChart(chart).map(({ kind }) => kind))
    expect([...kinds].filter((kind) => /Webhook|Certificate|Secret|APIService/.test(kind))).toEqual([])
  })

  test.each([
    ['a misspelt value', ['--set', 'replicaCuont=3'], /replicaCuont/],
    ['a value of the wrong type', ['--set-string', 'replicaCount=many'], /replicaCount/],
    ['an unknown log level', ['--set', 'logging.level=loud'], /logging.level|\/logging\/level/],
    ["KAITO's webhook", ['--set', 'webhook.port=9443'], /webhook/],
  ])('refuses %s by name', async (_what, values, says) => {
    const refused = await template(chart, values)
    expect(refused.code).not.toBe(0)
    expect(refused.err).toMatch(says)
  })
})

test('the policies of Workspaces carry the catalogue that the ConfigMap lists, and read no parameter', () => {
  const ofWorkspaces = (kind: string) =>
    ofKind('workspace', kind).sort((a, b) => b.metadata.name.localeCompare(a.metadata.name))
  const catalogue = ofKind('workspace', 'ConfigMap').find(({ metadata }) => metadata.name === 'kaito-catalogue')
  const { presets, instanceTypes } = z.object({ presets: z.string(), instanceTypes: z.string() }).parse(catalogue?.data)
  const literal = (lines: string) => `['${lines.split('\n').join("', '")}']`
  const metadata = (name: string) => ({ name, labels: { 'app.kubernetes.io/part-of': 'kaito-typescript' } })
  const policies = ofWorkspaces('ValidatingAdmissionPolicy')
  expect(policies).toMatchObject(
    ['workspaces.kaito.sh', 'workspaces-advice.kaito.sh'].map((name) => ({
      metadata: metadata(name),
      spec: {
        variables: expect.arrayContaining([
          { name: 'presets', expression: literal(presets) },
          { name: 'instanceTypes', expression: literal(instanceTypes) },
        ]),
      },
    })),
  )
  const bindings = ofWorkspaces('ValidatingAdmissionPolicyBinding')
  expect(stringify([policies, bindings])).not.toContain('param')
  expect(bindings).toMatchObject(
    [
      ['workspaces.kaito.sh', 'Deny'],
      ['workspaces-advice.kaito.sh', 'Warn'],
    ].map(([name = '', action]) => ({
      metadata: metadata(name),
      spec: { policyName: name, validationActions: [action] },
    })),
  )
})

test('S1 only the device plugin needs more than "restricted", and only for the directory of its socket', async () => {
  const [plugin] = podsOf(ofChart('gpu-provisioner')).filter(isDevicePlugin)
  if (!plugin) throw new Error('the chart has no device plugin')
  const refused = await admitted('restricted', plugin)
  expect(refused).toMatch(
    /restricted volume types \(volume \\"device-plugins\\" uses restricted volume type \\"hostPath\\"\)/,
  )
  expect(refused).not.toMatch(/allowPrivilegeEscalation|unrestricted capabilities|seccompProfile|host namespaces/)
  expect(await admitted('privileged', plugin)).toBe('admitted')
})

test("the gpu-provisioner takes the values that KAITO's own guide writes", async () => {
  const azure = '11111111-2222-3333-4444-555555555555'
  const env = {
    ARM_SUBSCRIPTION_ID: azure,
    LOCATION: 'eastus',
    AZURE_CLUSTER_NAME: 'c',
    AZURE_NODE_RESOURCE_GROUP: 'mc',
    ARM_RESOURCE_GROUP: 'g',
    LEADER_ELECT: 'false',
  }
  const set = Object.entries(env).flatMap(([name, value], index) => [
    '--set-string',
    `controller.env[${index}].name=${name},controller.env[${index}].value=${value}`,
  ])
  const cleared = ['subscriptionId', 'resourceGroup', 'location'].flatMap((name) => [
    '--set',
    `settings.azure.${name}=`,
  ])
  const objects = await rendered('gpu-provisioner', [
    ...cleared,
    '--set',
    'settings.azure.clusterName=c',
    '--set',
    'replicaCount=1',
    ...set,
  ])
  const [deployment] = objects.filter(({ kind }) => kind === 'Deployment')
  const [pod] = podsOf(deployment ? [deployment] : [])
  expect(pod?.spec.containers[0]?.env).toEqual(
    expect.arrayContaining(Object.entries(env).map(([name, value]) => ({ name, value }))),
  )
})

test.each<[values: string, environment: Record<string, string | undefined>]>([
  ['settings.azure.cloud=public', { ARM_ENDPOINT: undefined, AZURE_AUTHORITY_HOST: undefined }],
  [
    'settings.azure.cloud=government',
    {
      ARM_ENDPOINT: 'https://management.usgovcloudapi.net',
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/',
    },
  ],
  [
    'settings.azure.cloud=china',
    { ARM_ENDPOINT: 'https://management.chinacloudapi.cn', AZURE_AUTHORITY_HOST: 'https://login.chinacloudapi.cn/' },
  ],
  [
    'limits.maxNodes=7,limits.maxGpus=9,limits.maxNodesPerNamespace=3',
    { MAX_NODES: '7', MAX_GPUS: '9', MAX_NODES_PER_NAMESPACE: '3' },
  ],
  ['deadlines.launchMinutes=30', { LAUNCH_DEADLINE_MINUTES: '30', DRAIN_DEADLINE_MINUTES: undefined }],
])('the gpu-provisioner is told of %s by its environment', async (values, environment) => {
  const [deployment] = (await rendered('gpu-provisioner', ['--set', values])).filter(
    ({ kind }) => kind === 'Deployment',
  )
  const [pod] = podsOf(deployment ? [deployment] : [])
  const env = z.array(z.object({ name: z.string(), value: z.string().optional() })).parse(pod?.spec.containers[0]?.env)
  const given = Object.fromEntries(env.map(({ name, value }) => [name, value]))
  for (const [name, value] of Object.entries(environment)) expect(given[name], name).toBe(value)
})

test('the alerts of the gpu-provisioner look for the job that its own Service makes', async () => {
  const values = ['--set', 'prometheusRule.enabled=true', '--set', 'fullnameOverride=gpus']
  const objects = await rendered('gpu-provisioner', values)
  const [rule] = objects.filter(({ kind }) => kind === 'PrometheusRule')
  const service = objects.find(({ kind }) => kind === 'Service')
  expect(service?.metadata.name).toBe('gpus')
  const text = stringify(rule)
  expect(text).toContain('alert: GpuProvisionerDeletionsHeld')
  expect(new Set([...text.matchAll(/job="([^"]*)"/g)].map(([, job]) => job))).toEqual(new Set(['gpus']))
  expect(ofKind('gpu-provisioner', 'PrometheusRule')).toEqual([])
})

test("a cloud of one's own needs its endpoints, by name", async () => {
  const refused = await template('gpu-provisioner', ['--set', 'settings.azure.cloud=custom'])
  expect(refused.code).not.toBe(0)
  expect(refused.err).toMatch(/custom\.resourceManagerEndpoint is missing[\s\S]*custom\.authorityHost is missing/)
})
