import { WORKSPACE_FINALIZER } from '@kaito/api'
import { aWorkspace } from '@kaito/api/testing'
import type { Deployment, Service } from '@kaito/controller-kit'
import type { NodeSupply } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import type { Observed } from './observed.ts'
import { type Action, plan } from './plan.ts'

const held = { finalizers: ['other', WORKSPACE_FINALIZER] }
const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' }
const owner = { apiVersion: 'kaito.sh/v1alpha1', kind: 'Workspace', name: 'phi-3', controller: true }
const ours = { name: 'phi-3', ownerReferences: [{ ...owner, uid: aWorkspace().metadata.uid ?? '' }] }
const theirs = { name: 'phi-3', ownerReferences: [{ ...owner, uid: 'predecessor' }] }
const hash = (value: string) => ({ annotations: { 'kaito.sh/order-hash': value } })

const deployment: Deployment = { metadata: { ...ours, ...hash('v1-a') } }
const service: Service = { metadata: ours, spec: { type: 'ClusterIP' } }
const wanted = { deployment, service }
const ready: NodeSupply = { phase: 'ready', slots: [] }
const missing: NodeSupply = { phase: 'missing', slots: [] }
const waiting: NodeSupply = { phase: 'waiting', reason: 'PoolCreating', message: '', slots: [] }
const blocked: NodeSupply = { phase: 'blocked', reason: 'QuotaExceeded', message: '', slots: [] }
const refusal = { reason: 'UnknownPreset', message: '' }

function seen(parts: Partial<Observed>, metadata: object = held): Observed {
  return { workspace: aWorkspace({ metadata }), now: 0, ...parts }
}

test.each<[rule: string, seen: Observed, does: Action['do'][]]>([
  ['holds a new Workspace before anything else', seen({}, {}), ['addFinalizer']],
  ['does not even hold what it cannot serve', seen({ refusal }, {}), []],
  ['buys nothing for what it cannot serve', seen({ refusal }), []],
  ['asks for nodes that are missing', seen({ supply: missing, wanted }), ['requestNodes']],
  ['waits for nodes', seen({ supply: waiting, wanted }), []],
  ['waits when somebody must act', seen({ supply: blocked, wanted }), []],
  [
    'buys nothing while the name of the Deployment is taken',
    seen({ supply: missing, wanted, deployment: { metadata: theirs } }),
    [],
  ],
  [
    'buys nothing while the name of the Service is taken',
    seen({ supply: missing, wanted, service: { metadata: { name: 'phi-3' } } }),
    [],
  ],
  ['starts the model once all nodes are ready', seen({ supply: ready, wanted }), ['createService', 'createDeployment']],
  ['makes only what is missing', seen({ supply: ready, wanted, service }), ['createDeployment']],
  ['leaves alone what is as ordered', seen({ supply: ready, wanted, service, deployment }), []],
  [
    'changes the Deployment when the order did',
    seen({ supply: ready, wanted, service, deployment: { metadata: { ...ours, ...hash('v1-b') } } }),
    ['changeDeployment'],
  ],
  [
    'leaves a Deployment alone that an earlier installation made',
    seen({ supply: ready, wanted, service, deployment: { metadata: ours } }),
    [],
  ],
  [
    'changes the kind of Service when the annotation did',
    seen({ supply: ready, wanted, deployment, service: { metadata: ours, spec: { type: 'LoadBalancer' } } }),
    ['changeService'],
  ],
  ['leaves the workload alone while a node is away', seen({ supply: waiting, wanted }), []],
  [
    'takes the workload down, then the nodes, then lets go',
    seen({ deployment }, { ...held, ...deleted }),
    ['deleteWorkload', 'releaseNodes', 'removeFinalizer'],
  ],
  [
    'takes a workload down once',
    seen({ deployment: { metadata: { ...ours, ...deleted } } }, { ...held, ...deleted }),
    ['releaseNodes', 'removeFinalizer'],
  ],
  [
    "leaves somebody's Deployment of its name when it goes",
    seen({ deployment: { metadata: theirs } }, { ...held, ...deleted }),
    ['releaseNodes', 'removeFinalizer'],
  ],
  ['has nothing to do with a deletion that others hold', seen({}, deleted), []],
])('%s', (_rule, observed, does) => expect(plan(observed).map((action) => action.do)).toEqual(does))
