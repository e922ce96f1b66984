import type { KubernetesObject, Resource } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodeRequest } from '../node-provisioner.ts'
import type { Lack } from '../slots/node-lack.ts'
import type { NodeProvisionerOptions } from './provisioner-options.ts'

/** A definition may be installed at any time. */
const LOOK_AGAIN_MS = 15_000

/** What asks for nodes cannot be written, or nobody could serve it, while its kind or that of its class is not there. */
export function kindHindrance(
  resource: Resource<KubernetesObject>,
  request: NodeRequest,
  { backend, kindFault }: Pick<NodeProvisionerOptions, 'backend' | 'kindFault'>,
): Lack | undefined {
  const foreign = foreignClass(request, backend)
  if (foreign) return foreign
  for (const kind of [resource, classKind(request, backend)]) {
    const fault = kind && kindFault(kind)
    if (!kind || fault === undefined) continue
    const message = `nodes come from ${backend.name}, which needs kind ${kind.kind} (${kind.group}/${kind.version}): its definition ${fault}`
    return { phase: 'Blocked', reason: 'NoProvisioner', message, revisitAfterMs: LOOK_AGAIN_MS }
  }
  return undefined
}

/** The backend of today may be another than the one that a Workspace was written for. */
function foreignClass({ nodeClass }: NodeRequest, { name, nodeClass: served }: BackendSettings): Lack | undefined {
  if (!nodeClass || (nodeClass.group === served?.group && nodeClass.kind === served.kind)) return undefined
  const wanted = served ? `classes of kind ${served.kind} (${served.group})` : 'no classes'
  const message = `resource.nodeClassRef: nodes come from ${name}, which has ${wanted}, not ${nodeClass.kind} (${nodeClass.group}); create another Workspace with one of these, or without nodeClassRef`
  return { phase: 'Blocked', reason: 'InvalidRequest', message }
}

/** Kind of the class that a new claim names, where there is an object behind it. */
function classKind(request: NodeRequest, { nodeClass, defaultNodeClass }: BackendSettings) {
  const named = request.nodeClass ?? defaultNodeClass
  return nodeClass && named?.kind === nodeClass.kind ? { ...nodeClass, namespaced: false } : undefined
}
