import type { Workspace } from '@kaito/api'
import type { Resource } from '@kaito/controller-kit'

export const WORKSPACES: Resource<Workspace> = {
  group: 'kaito.sh',
  version: 'v1alpha1',
  plural: 'workspaces',
  kind: 'Workspace',
  namespaced: true,
}
