import { WORKSPACE_LABEL } from '@kaito/api'
import { type KubernetesObject, keyOf } from '@kaito/controller-kit'

/** Index of Pods by the key of the Workspace they belong to. */
export const PODS_BY_WORKSPACE = 'workspace'

/** Of a Pod, and of any other object of a workload. */
export function workspaceKeysOf({ metadata }: KubernetesObject): string[] {
  const name = metadata.labels?.[WORKSPACE_LABEL]
  return name === undefined ? [] : [keyOf({ metadata: { ...metadata, name } })]
}
