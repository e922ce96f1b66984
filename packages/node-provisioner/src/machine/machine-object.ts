import {
  CAPACITY_TYPE_LABEL,
  GPU_RESOURCE,
  INSTANCE_TYPE_LABEL,
  MACHINE_TYPE_LABEL,
  type Machine,
  PROVISIONER_NAME_LABEL,
  WORKSPACE_LABEL,
  WORKSPACE_NAMESPACE_LABEL,
  WORKSPACE_UID_ANNOTATION,
} from '@kaito/api'
import type { Cache, IndexFunctions, Resource } from '@kaito/controller-kit'
import type { NodeRequest, WorkspaceRef } from '../node-provisioner.ts'

export const MACHINES: Resource<Machine> = {
  group: 'karpenter.sh',
  version: 'v1alpha5',
  plural: 'machines',
  kind: 'Machine',
  namespaced: false,
}

const PROVISIONER_NAME = 'default'

/** The claim as gpu-provisioner and Karpenter core 0.29 to 0.31 understand it. */
export function machineObject(request: NodeRequest, name: string): Machine {
  const { workspace, instanceTypes, labels, gpusPerNode, diskGiB, capacityType, nodeClass } = request
  return {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: {
      name,
      labels: { ...labels, [PROVISIONER_NAME_LABEL]: PROVISIONER_NAME, ...ownerLabels(workspace) },
      annotations: { [WORKSPACE_UID_ANNOTATION]: workspace.uid, 'karpenter.sh/do-not-disrupt': 'true' },
    },
    spec: {
      requirements: [
        { key: INSTANCE_TYPE_LABEL, operator: 'In', values: instanceTypes },
        { key: PROVISIONER_NAME_LABEL, operator: 'In', values: [PROVISIONER_NAME] },
        { key: MACHINE_TYPE_LABEL, operator: 'In', values: ['gpu'] },
        { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
        { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
        ...(capacityType === undefined ? [] : [{ key: CAPACITY_TYPE_LABEL, operator: 'In', values: [capacityType] }]),
      ],
      taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
      resources: {
        requests: {
          ...(diskGiB === undefined ? {} : { storage: `${diskGiB}Gi` }),
          [GPU_RESOURCE]: String(gpusPerNode),
        },
      },
      ...(nodeClass === undefined ? {} : { machineTemplateRef: templateRef(nodeClass) }),
    },
  }
}

/** All class kinds that are served are of this version. */
function templateRef({ group, kind, name }: NonNullable<NodeRequest['nodeClass']>) {
  return { apiVersion: `${group}/v1alpha1`, kind, name }
}

export function ownerLabels({ name, namespace }: WorkspaceRef): Record<string, string> {
  return { [WORKSPACE_LABEL]: name, [WORKSPACE_NAMESPACE_LABEL]: namespace }
}

/** The UID decides: a Workspace of the same name made later owns none of its predecessor's claims. */
export function isOwnedBy({ metadata }: Machine, workspace: WorkspaceRef): boolean {
  const isLabelled = Object.entries(ownerLabels(workspace)).every(([key, value]) => metadata.labels?.[key] === value)
  return isLabelled && metadata.annotations?.[WORKSPACE_UID_ANNOTATION] === workspace.uid
}

const BY_WORKSPACE = 'workspaceUid'

/** Indexes a cache of Machines should have; without them more is asked of the server. */
export const MACHINE_INDEXES: IndexFunctions<Machine> = {
  [BY_WORKSPACE]: ({ metadata }) => [metadata.annotations?.[WORKSPACE_UID_ANNOTATION] ?? ''],
}

export function cachedMachinesOf(workspace: WorkspaceRef, machines: Cache<Machine>): Machine[] {
  return machines.byIndex(BY_WORKSPACE, workspace.uid).filter((machine) => isOwnedBy(machine, workspace))
}
