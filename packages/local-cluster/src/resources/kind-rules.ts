import { isIP } from 'node:net'
import type { KubeObject } from '../cluster-access.ts'
import { timestamp } from '../cluster-clock.ts'
import { fieldsAt, isJsonObject, type JsonObject, jsonEqual, listAt, objectsAt, stringAt } from '../json.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { definitionStatus } from '../kinds/definition-status.ts'
import { withJobIdentity } from '../kinds/job-identity.ts'
import { invalidValue } from '../schema/field-fault.ts'
import { invalid } from '../status-error.ts'
import type { ApiEngine } from './api-engine.ts'
import { admittedPod } from './pod-admission.ts'

/** What the real server itself writes into objects of some kinds. */
interface KindRule {
  create?(object: KubeObject, engine: ApiEngine): KubeObject
  update?(object: KubeObject, stored: KubeObject, engine: ApiEngine): KubeObject
  /** With every change, also of a subresource. */
  always?(object: KubeObject, stored: KubeObject): KubeObject
  /** After the object is stored. */
  removed?(object: KubeObject, engine: ApiEngine): void
}

const DUAL_STACK = { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }
const SINGLE_STACK = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' }
/** How the API still shows a count that it once had as a field. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'
const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

const RULES: Record<string, KindRule> = {
  '/pods': { create: admittedPod },
  '/nodes': {
    create(node) {
      const taints = objectsAt(node, 'spec', 'taints').filter(({ key }) => key !== NOT_READY.key)
      return { ...node, spec: { ...fieldsAt(node, 'spec'), taints: [...taints, NOT_READY] } }
    },
  },
  'apps/daemonsets': {
    create: (set) => withTemplateGeneration(set, 1),
    always(set, stored) {
      const before = Number(stored.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1)
      const isSame = jsonEqual(fieldsAt(set, 'spec', 'template'), fieldsAt(stored, 'spec', 'template'))
      return withTemplateGeneration(set, isSame ? before : before + 1)
    },
  },
  '/namespaces': {
    create(namespace) {
      const spec = {
        ...fieldsAt(namespace, 'spec'),
        finalizers: [...new Set([...listAt(namespace, 'spec', 'finalizers'), 'kubernetes'])],
      }
      return { ...withNameLabel(namespace), spec, status: { phase: 'Active' } }
    },
    update: (namespace, stored) => ({ ...namespace, spec: stored.spec }),
    always: withNameLabel,
  },
  '/services': {
    create: (service, engine) => ({ ...service, spec: withClusterIp(service, engine), status: { loadBalancer: {} } }),
    update(service, stored) {
      const before: JsonObject = { ...SINGLE_STACK, ...fieldsAt(stored, 'spec') }
      const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = before
      const sent = fieldsAt(service, 'spec')
      const spec: JsonObject = sent.type === 'ExternalName' ? sent : { ipFamilies, ipFamilyPolicy, ...sent }
      checkAddress(service)
      const unset = clusterIP !== undefined && (spec.clusterIP === undefined || spec.clusterIP === '')
      if (unset && spec.type !== 'ExternalName') return { ...service, spec: { ...spec, clusterIP, clusterIPs } }
      const isAddressed = spec.clusterIP !== undefined && spec.clusterIPs === undefined
      return { ...service, spec: isAddressed ? { ...spec, clusterIPs: [spec.clusterIP] } : spec }
    },
    removed(service, engine) {
      const address = stringAt(service, 'spec', 'clusterIP')
      if (address !== '' && address !== 'None') engine.clusterIps.release(address)
    },
  },
  'batch/jobs': { create: withJobIdentity },
  'apiextensions.k8s.io/customresourcedefinitions': {
    create: (crd, engine) => withDefinitionStatus(crd, engine),
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

function withNameLabel(namespace: KubeObject): KubeObject {
  const { metadata } = namespace
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
  return { ...namespace, metadata: { ...metadata, labels } }
}

function withTemplateGeneration(set: KubeObject, generation: number): KubeObject {
  const annotations = { ...set.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) }
  return { ...set, metadata: { ...set.metadata, annotations } }
}

function withDefinitionStatus(crd: KubeObject, { registry, clock }: ApiEngine): KubeObject {
  return { ...crd, status: definitionStatus(crd, { kinds: registry, now: timestamp(clock.now()) }) }
}

function withClusterIp(service: KubeObject, engine: ApiEngine): Record<string, unknown> {
  const spec = fieldsAt(service, 'spec')
  if (spec.type === 'ExternalName') return spec
  if (spec.clusterIP === 'None') return { ...spec, clusterIPs: ['None'], ...headlessStack(spec) }
  const wanted = typeof spec.clusterIP === 'string' && spec.clusterIP !== '' ? spec.clusterIP : undefined
  checkAddress(service)
  try {
    const clusterIP = engine.clusterIps.take(wanted)
    if (service.metadata.name === '') throw unnamedService(clusterIP, engine)
    return { ...spec, clusterIP, clusterIPs: [clusterIP], ...SINGLE_STACK }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `Invalid value: ["${wanted}"]: failed to allocate IP ${wanted}: ${error.message}`
    const cause = { reason: 'FieldValueInvalid', message, field: 'spec.clusterIPs' }
    throw invalid({ group: '', kind: 'Service', name: service.metadata.name }, [cause])
  }
}

/** What is no address is refused before anything else. */
function checkAddress({ metadata, spec }: KubeObject): void {
  const address = stringAt(spec, 'clusterIP')
  if (address === '' || address === 'None' || isIP(address) !== 0 || stringAt(spec, 'type') === 'ExternalName') return
  const why = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
  throw invalid({ group: '', kind: 'Service', name: metadata.name }, [invalidValue('spec.clusterIPs[0]', address, why)])
}

/** Endpoints that nobody selects may have addresses of both families. */
function headlessStack({ selector }: JsonObject): JsonObject {
  return Object.keys(isJsonObject(selector) ? selector : {}).length === 0 ? DUAL_STACK : SINGLE_STACK
}

/** The real server gives a Service its address before it asks for its name. */
function unnamedService(clusterIP: string, { clusterIps }: ApiEngine) {
  clusterIps.release(clusterIP)
  const why = `IPAddress.networking.k8s.io "${clusterIP}" is invalid: spec.parentRef.name: Required value`
  const message = `Invalid value: [""]: failed to allocate IP: ${why}`
  const cause = { reason: 'FieldValueInvalid', message, field: 'spec.clusterIPs' }
  return invalid({ group: '', kind: 'Service', name: '' }, [cause])
}
