import { WORKSPACE_LABEL } from '@kaito/api'
import { keyOf, type Pod } from '@kaito/controller-kit'

/** Index of Pods by the key of the Workspace they belong to. */
export const PODS_BY_WORKSPACE = 'workspace'

export function workspaceKeysOf({ metadata }: Pod): string[] {
  const name = metadata.labels?.[WORKSPACE_LABEL]
  return name === undefined ? [] : [keyOf({ metadata: { ...metadata, name } })]
}
