import {
  CAPACITY_TYPE_LABEL,
  DO_NOT_DISRUPT_ANNOTATION,
  GPU_RESOURCE,
  INSTANCE_TYPE_LABEL,
  MACHINE_CONDITIONS,
  MACHINE_TYPE_LABEL,
  type Machine,
  PROVISIONER_NAME_LABEL,
  WORKSPACE_UID_ANNOTATION,
} from '@kaito/api'
import type { Resource } from '@kaito/controller-kit'
import type { ClaimKind, WantedClaim } from './claim.ts'
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
  const { workspace, labels, gpusPerNode, diskGiB, capacityType, nodeClass } = request
  const disk = diskGiB === undefined || backend.diskRequest === 'none' ? {} : { [backend.diskRequest]: `${diskGiB}Gi` }
  return {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: {
      name,
      labels: { ...labels, [PROVISIONER_NAME_LABEL]: PROVISIONER_NAME, ...ownerLabels(workspace) },
      annotations: {
        [WORKSPACE_UID_ANNOTATION]: workspace.uid,
        ...(backend.doNotDisrupt && { [DO_NOT_DISRUPT_ANNOTATION]: 'true' }),
      },
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
      resources: { requests: { ...disk, [GPU_RESOURCE]: String(gpusPerNode) } },
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
