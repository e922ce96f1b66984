import { isIP } from 'node:net'
import type { KubeObject } from '../cluster-access.ts'
import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, objectsAt, stringAt } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { definitionStatus } from '../kinds/definition-status.ts'
import { withJobIdentity } from '../kinds/job-identity.ts'
import { invalid } from '../status-error.ts'
import type { ApiEngine } from './api-engine.ts'
import { admittedPod } from './pod-admission.ts'

/** What the real server itself writes into objects of some kinds. */
interface KindRule {
  create?(object: KubeObject, engine: ApiEngine): KubeObject
  update?(object: KubeObject, stored: KubeObject, engine: ApiEngine): KubeObject
  /** After the object is stored. */
  removed?(object: KubeObject, engine: ApiEngine): void
}

/** Holds a CustomResourceDefinition until its objects are gone. */
export const CRD_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

const RULES: Record<string, KindRule> = {
  '/pods': { create: admittedPod },
  '/nodes': {
    create(node) {
      const taints = objectsAt(node, 'spec', 'taints').filter(({ key }) => key !== NOT_READY.key)
      return { ...node, spec: { ...fieldsAt(node, 'spec'), taints: [...taints, NOT_READY] } }
    },
  },
  '/namespaces': {
    create(namespace) {
      const { metadata } = namespace
      const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
      const spec = { ...fieldsAt(namespace, 'spec'), finalizers: ['kubernetes'] }
      return { ...namespace, metadata: { ...metadata, labels }, spec, status: { phase: 'Active' } }
    },
    update: (namespace, stored) => ({ ...namespace, spec: stored.spec }),
  },
  '/services': {
    create: (service, engine) => ({ ...service, spec: withClusterIp(service, engine), status: { loadBalancer: {} } }),
    update(service, stored) {
      const { clusterIP, clusterIPs } = fieldsAt(stored, 'spec')
      const spec = fieldsAt(service, 'spec')
      const unset = spec.clusterIP === undefined || spec.clusterIP === ''
      return unset && spec.type !== 'ExternalName' ? { ...service, spec: { ...spec, clusterIP, clusterIPs } } : service
    },
    removed(service, engine) {
      const address = stringAt(service, 'spec', 'clusterIP')
      if (address !== '' && address !== 'None') engine.clusterIps.release(address)
    },
  },
  'batch/jobs': { create: withJobIdentity },
  'apiextensions.k8s.io/customresourcedefinitions': {
    create(crd, engine) {
      const finalizers = [...new Set([...(crd.metadata.finalizers ?? []), CRD_CLEANUP])]
      return withDefinitionStatus({ ...crd, metadata: { ...crd.metadata, finalizers } }, engine)
    },
    update: (crd, _stored, engine) => withDefinitionStatus(crd, engine),
  },
  '/events': {
    create: (event, engine) => ({
      ...event,
      firstTimestamp: event.firstTimestamp ?? (event.eventTime ? null : timestamp(engine.clock.now())),
      lastTimestamp:
        event.lastTimestamp ?? event.firstTimestamp ?? (event.eventTime ? null : timestamp(engine.clock.now())),
    }),
  },
}

export function kindRule(kind: KindDefinition): KindRule {
  return RULES[`${kind.group}/${kind.plural}`] ?? {}
}

function withDefinitionStatus(crd: KubeObject, { registry, clock }: ApiEngine): KubeObject {
  return { ...crd, status: definitionStatus(crd, { kinds: registry, now: timestamp(clock.now()) }) }
}

function withClusterIp(service: KubeObject, engine: ApiEngine): Record<string, unknown> {
  const spec = fieldsAt(service, 'spec')
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return spec
  const wanted = typeof spec.clusterIP === 'string' && spec.clusterIP !== '' ? spec.clusterIP : undefined
  // What is no address is refused by the Service's own rules.
  if (wanted !== undefined && isIP(wanted) === 0) return spec
  try {
    const clusterIP = engine.clusterIps.take(wanted)
    return { ...spec, clusterIP, clusterIPs: [clusterIP] }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `Invalid value: ["${wanted}"]: failed to allocate IP ${wanted}: ${error.message}`
    const cause = { reason: 'FieldValueInvalid', message, field: 'spec.clusterIPs' }
    throw invalid({ group: '', kind: 'Service', name: service.metadata.name }, [cause])
  }
}
