import { WORKSPACE_FINALIZER } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Service } from '@kaito/controller-kit'
import type { NodeSupply } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { anOrder } from '../testing/an-order.ts'
import { renderWorkload } from '../workload/render.ts'
import type { Workload } from '../workload/workload.ts'
import type { Observed } from './observed.ts'
import { type Action, plan } from './plan.ts'

const held = { finalizers: ['other', WORKSPACE_FINALIZER] }
const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' }
const owner = { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', name: 'phi-3', controller: true }
const ours = { name: 'phi-3', ownerReferences: [{ ...owner, uid: aWorkspace().metadata.uid ?? '' }] }
const theirs = { name: 'phi-3', ownerReferences: [{ ...owner, uid: 'predecessor' }] }
const hash = (value: string) => ({ annotations: { 'kaito.sh/order-hash': value } })

const order = anOrder()
const rendered = renderWorkload(aWorkspace(), order, { existingNodes: [] })
const workload: Workload = { kind: 'Deployment', metadata: { ...rendered.metadata, ...ours } }
const aDeployment = (metadata: Workload['metadata']): Workload => ({ kind: 'Deployment', metadata })
const service: Service = { metadata: ours, spec: { type: 'ClusterIP' } }
const services = [service]
const ready: NodeSupply = { phase: 'ready', slots: [] }
const missing: NodeSupply = { phase: 'missing', slots: [] }
const waiting: NodeSupply = { phase: 'waiting', reason: 'PoolCreating', message: '', slots: [] }
const blocked: NodeSupply = { phase: 'blocked', reason: 'QuotaExceeded', message: '', slots: [] }
const refusal = { reason: 'UnknownPreset', message: '' }

function seen(parts: Partial<Observed>, metadata: object = held): Observed {
  return { workspace: aWorkspace({ metadata }), now: 0, order, ...parts }
}

/** Serves a template whose container has port 8080; its Service leads to the given port, and has one more. */
function templated({ targetPort }: { targetPort: number }): Observed {
  const template = { spec: { containers: [{ name: 'a', image: 'a', ports: [{ containerPort: 8080 }] }] } }
  const workspace = aWorkspace({ metadata: held, inference: { template } })
  const mine = anOrder(workspace)
  const standing = renderWorkload(workspace, mine, { existingNodes: [] })
  const ports = [
    { name: 'http', port: 80, targetPort },
    { name: 'metrics', port: 9000, targetPort: 9000 },
  ]
  const led: Service = { metadata: ours, spec: { type: 'ClusterIP', ports } }
  return { workspace, now: 0, order: mine, supply: ready, workload: standing, services: [led] }
}

test.each<[rule: string, seen: Observed, does: Action['do'][]]>([
  ['holds a new Workspace before anything else', seen({}, {}), ['addFinalizer']],
  ['does not even hold what it cannot serve', seen({ refusal }, {}), []],
  ['buys nothing for what it cannot serve', seen({ refusal }), []],
  ['asks for nodes that are missing', seen({ supply: missing }), ['requestNodes']],
  [
    'has what an earlier way to get nodes left handed over, beside a model that serves',
    seen({ supply: { ...ready, handsOver: true }, services, workload }),
    ['requestNodes'],
  ],
  ['waits for nodes', seen({ supply: waiting }), []],
  ['waits when somebody must act', seen({ supply: blocked }), []],
  [
    'buys nothing while the name of the Deployment is taken',
    seen({ supply: missing, workload: aDeployment(theirs) }),
    [],
  ],
  [
    'buys nothing while the name of the Service is taken',
    seen({ supply: missing, services: [{ metadata: { name: 'phi-3' } }] }),
    [],
  ],
  ['starts the model once all nodes are ready', seen({ supply: ready }), ['createService', 'createWorkload']],
  ['makes only what is missing', seen({ supply: ready, services }), ['createWorkload']],
  ['leaves alone what is as ordered', seen({ supply: ready, services, workload }), []],
  [
    'changes the Deployment when the order did',
    seen({ supply: ready, services, workload: aDeployment({ ...ours, ...hash('v1-b') }) }),
    ['changeWorkload'],
  ],
  [
    'leaves a Deployment alone that an earlier installation made',
    seen({ supply: ready, services, workload: aDeployment(ours) }),
    [],
  ],
  [
    'changes the kind of Service when the annotation did',
    seen({ supply: ready, workload, services: [{ metadata: ours, spec: { type: 'LoadBalancer' } }] }),
    ['changeService'],
  ],
  ['leads the Service to the port that the template has now', templated({ targetPort: 9090 }), ['changeService']],
  ['leaves other ports of the Service to whoever added them', templated({ targetPort: 8080 }), []],
  ['leaves the workload alone while a node is away', seen({ supply: waiting }), []],
  [
    'takes the workload down, then the nodes, then lets go',
    seen({ workload }, { ...held, ...deleted }),
    ['deleteWorkload', 'releaseNodes', 'removeFinalizer'],
  ],
  [
    'takes a workload down once',
    seen({ workload: aDeployment({ ...ours, ...deleted }) }, { ...held, ...deleted }),
    ['releaseNodes', 'removeFinalizer'],
  ],
  [
    "leaves somebody's Deployment of its name when it goes",
    seen({ workload: aDeployment(theirs) }, { ...held, ...deleted }),
    ['releaseNodes', 'removeFinalizer'],
  ],
  ['has nothing to do with a deletion that others hold', seen({}, deleted), []],
])('%s', (_rule, observed, does) => expect(plan(observed).map((action) => action.do)).toEqual(does))
