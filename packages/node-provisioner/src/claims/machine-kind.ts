import {
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  MACHINE_CONDITIONS,
  MACHINE_TYPE_LABEL,
  type Machine,
  PROVISIONER_NAME_LABEL,
} from '@kaito/api'
import type { Resource } from '@kaito/controller-kit'
import type { ClaimKind, WantedClaim } from './claim.ts'
import { nodeAnnotations, resourceRequests } from './claim-parts.ts'
import { ownerLabels } from './ownership.ts'

export const MACHINES: Resource<Machine> = {
  group: 'karpenter.sh',
  version: 'v1alpha5',
  plural: 'machines',
  kind: 'Machine',
  namespaced: false,
}

const PROVISIONER_NAME = 'default'

/** `Machine` as gpu-provisioner and Karpenter core 0.29 to 0.31 understand it. */
export const machineKind: ClaimKind<Machine> = {
  resource: MACHINES,
  conditions: MACHINE_CONDITIONS,
  object: machineObject,
}

function machineObject({ request, name, instanceTypes, backend }: WantedClaim): Machine {
  const { workspace, labels, capacityType, nodeClass } = request
  return {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: {
      name,
      labels: { ...labels, [PROVISIONER_NAME_LABEL]: PROVISIONER_NAME, ...ownerLabels(workspace) },
      annotations: nodeAnnotations(request, backend),
    },
    spec: {
      requirements: [
        { key: INSTANCE_TYPE_LABEL, operator: 'In', values: [...instanceTypes] },
        { key: PROVISIONER_NAME_LABEL, operator: 'In', values: [PROVISIONER_NAME] },
        { key: MACHINE_TYPE_LABEL, operator: 'In', values: ['gpu'] },
        { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
        { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
        ...(capacityType === undefined ? [] : [{ key: CAPACITY_TYPE_LABEL, operator: 'In', values: [capacityType] }]),
      ],
      taints: backend.taints.map((taint) => ({ ...taint })),
      resources: { requests: resourceRequests(request, backend) },
      ...(nodeClass === undefined ? {} : { machineTemplateRef: templateRef(nodeClass, backend) }),
    },
  }
}

function templateRef(
  { group, kind, name }: NonNullable<WantedClaim['request']['nodeClass']>,
  { nodeClass }: WantedClaim['backend'],
) {
  return { apiVersion: `${group}/${nodeClass?.version ?? 'v1alpha1'}`, kind, name }
}
