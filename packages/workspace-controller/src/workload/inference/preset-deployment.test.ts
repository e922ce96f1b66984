import { WORKSPACE_FINALIZER, type Workspace } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Preset } from '@kaito/presets'
import { expect, test } from 'vitest'
import type { Observed } from '../../workspace/observed.ts'
import type { Order, PresetWork } from '../../workspace/order.ts'
import { plan } from '../../workspace/plan.ts'
import { renderServices, renderWorkload } from '../render.ts'
import { aCase, orderFor, type Rendered } from '../testing/rendering-cases.ts'

const workspace = aWorkspace()
const order = orderFor({ ...aCase('phi-3', {}), workspace })

const render = (of: Workspace, what: Order = order): Rendered => ({
  workload: renderWorkload(of, what, { existingNodes: [] }),
  services: renderServices(of, what),
})

/** The order as it is with another version of the catalogue. */
function withNewer({ nodes, work }: Order): Order {
  const { preset, ...rest } = presetWork(work)
  const newer: Preset = { ...preset, image: { access: 'public', tag: '9.9.9' }, diskGiB: 500 }
  return {
    nodes,
    work: { ...rest, preset: newer, image: 'other:2', readiness: { timeoutMinutes: 99, givesBackNodes: false } },
  }
}

function presetWork(work: Order['work']): PresetWork {
  if (work.kind !== 'preset') throw new Error('an order of a preset')
  return work
}

const labels = { 'kaito.sh/workspace': 'phi-3' }
const ownerReferences = [
  { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', name: 'phi-3', uid: workspace.metadata.uid, controller: true },
]
const httpGet = { path: '/healthz', port: 5000 }

test('one model server per node, on nodes of this Workspace alone', () => {
  expect(render(workspace).workload).toEqual({
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
  expect(render(workspace).services).toEqual([
    {
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
    },
  ])
})

test('a model that runs is left alone when the catalogue has another image, disk and time to start', () => {
  const { workload, services } = render(workspace)
  const newer = withNewer(order)
  expect(render(workspace, newer).workload.spec).not.toEqual(workload.spec)
  const held = { ...workspace, metadata: { ...workspace.metadata, finalizers: [WORKSPACE_FINALIZER] } }
  const seen: Observed = { workspace: held, now: 0, supply: { phase: 'ready', slots: [] }, services, workload }
  expect(plan({ ...seen, order: newer })).toEqual([])
})
