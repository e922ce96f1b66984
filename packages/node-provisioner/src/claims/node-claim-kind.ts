import { MACHINE_TYPE_LABEL, NODE_CLAIM_CONDITIONS, type NodeClaim, type NodeClaimSpec } from '@kaito/api'
import type { Resource } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import type { NodeRequest } from '../node-provisioner.ts'
import type { ClaimKind, WantedClaim } from './claim.ts'
import { nodeAnnotations, resourceRequests } from './claim-parts.ts'
import { ownerLabels } from './ownership.ts'

export const NODE_CLAIMS: Resource<NodeClaim> = {
  group: 'karpenter.sh',
  version: 'v1',
  plural: 'nodeclaims',
  kind: 'NodeClaim',
  namespaced: false,
}

/**
 * `NodeClaim` as Karpenter core 1.x and gpu-provisioner 0.4 understand it: only fields, operators and keys of their oldest
 * definition.
 */
export const nodeClaimKind: ClaimKind<NodeClaim> = {
  resource: NODE_CLAIMS,
  conditions: NODE_CLAIM_CONDITIONS,
  object: nodeClaimObject,
}

function nodeClaimObject({ request, name, instanceTypes, backend }: WantedClaim): NodeClaim {
  const { labels, annotations } = nodeMetadata(request, backend)
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { name, labels: { ...labels, ...backend.claimLabels }, annotations },
    spec: {
      ...nodeSpec({ request, instanceTypes, backend }),
      resources: { requests: resourceRequests(request, backend) },
    },
  }
}

/** Labels and annotations of what stands for a node; labels come to the Node. */
export function nodeMetadata(request: NodeRequest, backend: BackendSettings) {
  const { workspace, labels } = request
  return {
    labels: { ...labels, [MACHINE_TYPE_LABEL]: 'gpu', ...ownerLabels(workspace) },
    annotations: nodeAnnotations(request, backend),
  }
}

/** What a NodeClaim and the template of a NodePool have in common. */
export function nodeSpec({ request, instanceTypes, backend }: Omit<WantedClaim, 'name'>): NodeClaimSpec {
  const { capacityType } = request
  const { instanceTypeLabel, capacityTypeLabel, requirements, taints, expireAfter } = backend
  return {
    requirements: [
      { key: instanceTypeLabel, operator: 'In', values: [...instanceTypes] },
      { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
      { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
      ...(capacityType === undefined
        ? []
        : [{ key: capacityTypeLabel, operator: 'In' as const, values: [capacityType] }]),
      ...requirements.map(({ values, ...requirement }) => ({ ...requirement, ...(values && { values: [...values] }) })),
    ],
    taints: taints.map(({ value, ...taint }) => ({ ...taint, ...(value !== undefined && { value }) })),
    nodeClassRef: classReference(request, backend),
    expireAfter,
  }
}

function classReference({ nodeClass }: NodeRequest, { defaultNodeClass, name }: BackendSettings) {
  const reference = nodeClass ?? defaultNodeClass
  if (!reference) throw new Error(`the settings of ${name} have no defaultNodeClass, which a NodeClaim must name`)
  return { group: reference.group, kind: reference.kind, name: reference.name }
}
