import { WORKSPACE_LABEL, WORKSPACE_NAMESPACE_LABEL } from '@kaito/api'
import type { KubernetesObject } from '@kaito/controller-kit'
import type { NodeProvisioner } from '../node-provisioner.ts'

export type Listener = Parameters<NodeProvisioner['onChange']>[0]

/** Calls back with the Workspace that the object's labels name. */
export function tellOwner({ metadata: { labels } }: KubernetesObject, listener: Listener): void {
  const name = labels?.[WORKSPACE_LABEL]
  const namespace = labels?.[WORKSPACE_NAMESPACE_LABEL]
  if (name !== undefined && namespace !== undefined) listener({ name, namespace })
}
