import type { ApiEngine, WriteOptions } from './api-engine.ts'
import { createObject } from './create-object.ts'

const WRITE: WriteOptions = {
  user: { username: 'system:apiserver', groups: ['system:masters'] },
  dryRun: false,
  fieldValidation: 'Ignore',
}

interface FirstObject {
  metadata: { name: string; namespace?: string; labels?: Record<string, string> }
  spec?: object
  value?: number
  preemptionPolicy?: string
}

/** Creates what the real server creates when it first starts. */
export function createFirstObjects(engine: ApiEngine): void {
  const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']
  for (const name of namespaces) create(engine, { group: '', plural: 'namespaces' }, { metadata: { name } })
  const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }]
  create(
    engine,
    { group: '', plural: 'services' },
    {
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: { type: 'ClusterIP', clusterIP: '10.0.0.1', ports },
    },
  )
  const priorities = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 }
  for (const [name, value] of Object.entries(priorities)) {
    const body = { metadata: { name }, value, preemptionPolicy: 'PreemptLowerPriority' }
    create(engine, { group: 'scheduling.k8s.io', plural: 'priorityclasses' }, body)
  }
}

function create(engine: ApiEngine, { group, plural }: { group: string; plural: string }, body: FirstObject): void {
  const kind = engine.registry.find(group, 'v1', plural)
  if (kind === undefined) throw new Error(`the registry does not know ${plural}`)
  createObject(engine, { kind, name: body.metadata.name, namespace: body.metadata.namespace }, { ...WRITE, body })
}
