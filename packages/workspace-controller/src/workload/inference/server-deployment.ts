import { WORKSPACE_LABEL, type Workspace } from '@kaito/api'
import type { Deployment, PodTemplate } from '@kaito/controller-kit'
import { ORDER_HASH_ANNOTATION } from '../order-hash-annotation.ts'
import { ownedMetadata } from '../ownership.ts'

interface Server {
  workspace: Workspace
  replicas: number
  hash: string
  timeoutMinutes: number
  /** Must carry `serverLabels`. */
  template: PodTemplate
}

/** Labels by which the Pods of a Workspace are found. */
export function serverLabels({ metadata }: Workspace): Record<string, string> {
  return { [WORKSPACE_LABEL]: metadata.name }
}

/** A whole model server on each node. */
export function serverDeployment({ workspace, replicas, hash, timeoutMinutes, template }: Server): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...ownedMetadata(workspace), annotations: { [ORDER_HASH_ANNOTATION]: hash } },
    spec: {
      replicas,
      // Every replica fills a node, so a surge would wait for a node that nobody asks for.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: timeoutMinutes * 60,
      selector: { matchLabels: serverLabels(workspace) },
      template,
    },
  }
}
