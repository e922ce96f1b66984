import { expect, test } from 'vitest'
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts'
import { aPod } from '../../testing/objects.ts'
import { type ObservedDeployment, planDeployment, REVISION } from './plan.ts'

const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'main', image: 'x' }] } }
const selector = { matchLabels: { app: 'x' } }

function aDeployment(spec: Partial<Deployment['spec']> = {}): Deployment {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { selector, template, ...spec } }
}

function aReplicaSet(name: string, replicas: number, { available = replicas, revision = 1 } = {}): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations: { [REVISION]: String(revision) } },
    spec: { selector, template, replicas },
    status: { replicas, readyReplicas: available, availableReplicas: available },
  }
}

function steps(seen: Partial<ObservedDeployment> & Pick<ObservedDeployment, 'deployment'>): string[] {
  const actions = planDeployment({ current: undefined, old: [], oldPods: [], ...seen })
  return actions.map((action) => {
    if (action.do === 'scale') return `${action.replicaSet.metadata.name} -> ${action.replicas}`
    if (action.do === 'create') return `create ${action.replicas} as revision ${action.revision}`
    return action.do === 'delete' ? `delete ${action.replicaSet.metadata.name}` : `${action.do} ${action.revision}`
  })
}

const oneAtATime = { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }
const recreate = { type: 'Recreate' }

test.each<[rule: string, seen: Parameters<typeof steps>[0], does: string[]]>([
  ['starts with all replicas at once', { deployment: aDeployment({ replicas: 3 }) }, ['create 3 as revision 1']],
  ['does nothing when all is as wanted', { deployment: aDeployment(), current: aReplicaSet('new', 1) }, []],
  [
    'follows a change of scale',
    { deployment: aDeployment({ replicas: 5 }), current: aReplicaSet('new', 2) },
    ['new -> 5'],
  ],
  [
    'surges by a quarter, rounded up, by default',
    { deployment: aDeployment({ replicas: 3 }), old: [aReplicaSet('old', 3)] },
    ['create 1 as revision 2'],
  ],
  [
    'creates nothing while there is no room and no surge is allowed',
    {
      deployment: aDeployment({ replicas: 2, strategy: oneAtATime }),
      current: aReplicaSet('new', 0, { revision: 2 }),
      old: [aReplicaSet('old', 2)],
    },
    ['old -> 1'],
  ],
  [
    'waits for the new one before it takes the next old one',
    {
      deployment: aDeployment({ replicas: 2, strategy: oneAtATime }),
      current: aReplicaSet('new', 1, { available: 0, revision: 2 }),
      old: [aReplicaSet('old', 1)],
    },
    [],
  ],
  [
    'takes away old replicas that serve nobody first',
    {
      deployment: aDeployment({ replicas: 2, strategy: oneAtATime }),
      current: aReplicaSet('new', 0, { revision: 2 }),
      old: [aReplicaSet('old', 2, { available: 1 })],
    },
    ['old -> 1'],
  ],
  [
    'empties the old before it creates when it recreates',
    { deployment: aDeployment({ strategy: recreate }), old: [aReplicaSet('old', 1)] },
    ['old -> 0'],
  ],
  [
    'waits for the last old pod when it recreates',
    { deployment: aDeployment({ strategy: recreate }), old: [aReplicaSet('old', 0)], oldPods: [aPod()] },
    [],
  ],
  [
    'creates once the old pods have ended when it recreates',
    {
      deployment: aDeployment({ strategy: recreate }),
      old: [aReplicaSet('old', 0)],
      oldPods: [aPod({ status: { phase: 'Succeeded' } })],
    },
    ['create 1 as revision 2'],
  ],
  [
    'makes a roll-back the newest revision',
    {
      deployment: aDeployment(),
      current: aReplicaSet('new', 1, { revision: 1 }),
      old: [aReplicaSet('old', 0, { revision: 2 })],
    },
    ['setRevision 3'],
  ],
  [
    'forgets revisions beyond the history',
    {
      deployment: aDeployment({ revisionHistoryLimit: 1 }),
      current: aReplicaSet('new', 1, { revision: 3 }),
      old: [aReplicaSet('a', 0, { revision: 1 }), aReplicaSet('b', 0, { revision: 2 })],
    },
    ['delete a'],
  ],
  [
    'rolls nothing out while it is paused',
    { deployment: aDeployment({ paused: true }), old: [aReplicaSet('old', 1)] },
    [],
  ],
])('%s', (_rule, seen, does) => expect(steps(seen)).toEqual(does))
