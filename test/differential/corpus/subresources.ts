import type { Sequence } from '../step.ts'
import { pod, requests, sequence } from './requests.ts'

const { create, get, merge } = requests

const eviction = (name: string, deleteOptions?: object) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  ...(deleteOptions ? { deleteOptions } : {}),
})
const binding = (name: string, target: object) => ({ apiVersion: 'v1', kind: 'Binding', metadata: { name }, target })
const running = {
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2001-01-01T00:00:00Z' }],
  },
}
const allowed = (disruptionsAllowed: number) => ({
  status: { disruptionsAllowed, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, observedGeneration: 1 },
})
const token = (spec: object) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec })

const subresources = sequence('subresources', (namespace) => {
  const own = `/api/v1/namespaces/${namespace}`
  const pods = `${own}/pods`
  const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`
  return [
    ...['a', 'b', 'c', 'd'].map((name) => create(pods, pod(name, {}, { labels: { app: 'a' } }))),
    create(`${pods}/a/binding`, binding('a', { kind: 'Node', name: 'nowhere' }), { query: { dryRun: 'All' } }),
    create(`${pods}/a/binding`, binding('a', { kind: 'Node', name: 'nowhere' })),
    create(`${pods}/a/binding`, binding('a', { kind: 'Node', name: 'nowhere' })),
    create(`${pods}/b/binding`, binding('other', { kind: 'Node', name: 'nowhere' })),
    create(`${pods}/b/binding`, binding('b', { kind: 'Pod', name: '' })),
    create(`${pods}/none/binding`, binding('none', { name: 'nowhere' })),
    get(`${pods}/a`),
    ...['a', 'b', 'c'].map((name) => merge(`${pods}/${name}/status`, running)),
    create(`${pods}/d/eviction`, eviction('d')),
    create(`${pods}/none/eviction`, eviction('none')),
    create(`${pods}/a/eviction`, eviction('other')),
    create(budgets, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'one' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } },
    }),
    create(`${pods}/a/eviction`, eviction('a')),
    merge(`${budgets}/one/status`, allowed(0)),
    create(`${pods}/a/eviction`, eviction('a')),
    merge(`${budgets}/one/status`, allowed(1)),
    create(`${pods}/a/eviction`, eviction('a', { dryRun: ['All'] })),
    create(`${pods}/a/eviction`, eviction('a', { gracePeriodSeconds: 0 })),
    get(`${budgets}/one`),
    create(`${pods}/b/eviction`, eviction('b')),
  ]
})

const tokens = sequence('tokens', (namespace) => {
  const own = `/api/v1/namespaces/${namespace}`
  return [
    create(`${own}/serviceaccounts/default/token`, token({})),
    create(`${own}/serviceaccounts/default/token`, token({ audiences: ['one'], expirationSeconds: 700 })),
    create(`${own}/serviceaccounts/none/token`, token({})),
    create(`${own}/serviceaccounts/default/token`, token({ expirationSeconds: 1 })),
    create(
      `${own}/serviceaccounts/default/token`,
      token({ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 'none' } }),
    ),
    get(`${own}/serviceaccounts/default/token`),
  ]
})

const scale = sequence('a scale that changes nothing', (namespace) => {
  const sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`
  const template = {
    metadata: { labels: { app: 'a' } },
    spec: { containers: [{ name: 'a', image: 'example.com/a:1' }] },
  }
  const set = { spec: { replicas: 0, selector: { matchLabels: { app: 'a' } }, template } }
  return [
    create(sets, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'a' }, ...set }),
    get(`${sets}/a/scale`),
    merge(`${sets}/a/scale`, { spec: { replicas: 0 } }),
  ]
})

export const SUBRESOURCES: Sequence[] = [subresources, tokens, scale]
