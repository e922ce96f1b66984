import { WORKSPACE_FINALIZER, type Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Preset } from '@kaito/presets'
import { expect, test } from 'vitest'
import type { Observed } from '../workspace/observed.ts'
import { type Order, orderOf } from '../workspace/order.ts'
import { plan } from '../workspace/plan.ts'
import { inferenceDeployment, inferenceService } from './inference.ts'

function ordered(workspace: Workspace): Order {
  const { order, refusal } = orderOf(workspace, {
    presetRegistry: 'mcr.microsoft.com/aks/kaito',
    maxNodesPerWorkspace: 16,
  })
  if (!order) throw new Error(refusal.message)
  return order
}

/** The preset as another version of the catalogue may have it. */
function newer(preset: Preset): Preset {
  return { ...preset, image: { access: 'public', tag: '9.9.9' }, readinessTimeoutMinutes: 99, diskGiB: 500 }
}

const workspace = aWorkspace()
const labels = { 'kaito.sh/workspace': 'phi-3' }
const ownerReferences = [
  { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', name: 'phi-3', uid: workspace.metadata.uid, controller: true },
]
const httpGet = { path: '/healthz', port: 5000 }

test('one model server per node, on nodes of this Workspace alone', () => {
  expect(inferenceDeployment(workspace, ordered(workspace))).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'phi-3',
      namespace: 'default',
      labels,
      ownerReferences,
      annotations: { 'kaito.sh/order-hash': 'v1-641067294666977a' },
    },
    spec: {
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: 1800,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'phi-3',
              image: 'mcr.microsoft.com/aks/kaito/kaito-phi-3-mini-4k-instruct:0.0.2',
              command: [
                'accelerate',
                'launch',
                '--gpu_ids=all',
                '--machine_rank=0',
                '--num_machines=1',
                '--num_processes=1',
                'inference_api.py',
                '--pipeline=text-generation',
                '--torch_dtype=auto',
                '--trust_remote_code',
              ],
              ports: [{ name: 'http', containerPort: 5000 }],
              resources: { requests: { 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '1' } },
              startupProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 360 },
              livenessProbe: { httpGet, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
              readinessProbe: { httpGet, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 1 },
              terminationMessagePolicy: 'FallbackToLogsOnError',
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                seccompProfile: { type: 'RuntimeDefault' },
              },
            },
          ],
          tolerations: [
            { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
            { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' },
          ],
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  {
                    matchExpressions: [
                      { key: 'apps', operator: 'In', values: ['phi-3'] },
                      { key: 'kaito.sh/workspace', operator: 'In', values: ['phi-3'] },
                      { key: 'kaito.sh/workspacenamespace', operator: 'In', values: ['default'] },
                    ],
                  },
                ],
              },
            },
          },
        },
      },
    },
  })
})

test('a Service inside the cluster', () => {
  expect(inferenceService(workspace, ordered(workspace))).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'phi-3', namespace: 'default', labels, ownerReferences },
    spec: {
      type: 'ClusterIP',
      selector: labels,
      ports: [
        { name: 'http', protocol: 'TCP', port: 80, targetPort: 5000 },
        { name: 'torch', protocol: 'TCP', port: 29500, targetPort: 29500 },
      ],
    },
  })
})

test('the annotation makes the Service reachable from outside', () => {
  const exposed = aWorkspace({ metadata: { annotations: { 'kaito.sh/enablelb': 'True' } } })
  expect(inferenceService(exposed, ordered(exposed)).spec?.type).toBe('LoadBalancer')
})

test('the hash follows the order, not what this software adds', () => {
  const order = ordered(workspace)
  const hashOf = (parts: Partial<Order>) =>
    inferenceDeployment(workspace, { ...order, ...parts }).metadata.annotations?.['kaito.sh/order-hash']
  expect(hashOf({ image: 'other', preset: newer(order.preset) })).toBe(hashOf({}))
  expect(hashOf({ nodeLabels: { b: '1', a: '2' } })).toBe(hashOf({ nodeLabels: { a: '2', b: '1' } }))
  const others: Partial<Order>[] = [
    { count: 2 },
    { nodeLabels: {} },
    { preset: { ...order.preset, name: 'x' } },
    { instanceTypes: ['Standard_NC24ads_A100_v4', 'Standard_NC6s_v3'] },
  ]
  for (const parts of others) expect(hashOf(parts)).not.toBe(hashOf({}))
})

test('a model that runs is left alone when the catalogue has another image and other probes', () => {
  const order = ordered(workspace)
  const running = inferenceDeployment(workspace, order)
  const service = inferenceService(workspace, order)
  const deployment = inferenceDeployment(workspace, { ...order, image: 'other:2', preset: newer(order.preset) })
  expect(deployment.spec).not.toEqual(running.spec)
  const held = { ...workspace, metadata: { ...workspace.metadata, finalizers: [WORKSPACE_FINALIZER] } }
  const seen: Observed = { workspace: held, now: 0, supply: { phase: 'ready', slots: [] }, service }
  expect(plan({ ...seen, wanted: { deployment, service }, deployment: running })).toEqual([])
})
