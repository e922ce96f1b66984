import { WORKSPACE_LABEL, type Workspace } from '@kaito/api'
import type { Deployment, PodSpec, PodTemplate } from '@kaito/controller-kit'
import type { NodeOrder, TemplateWork } from '../../workspace/order.ts'
import { templateHash } from '../order-hash.ts'
import { ORDER_HASH_ANNOTATION } from '../order-hash-annotation.ts'
import { ownedMetadata } from '../ownership.ts'
import { type NodeSelectorTerm, type Placement, placement } from '../placement.ts'

interface TemplateOrder {
  workspace: Workspace
  nodes: NodeOrder
  work: TemplateWork
}

/** The user's own model server on each node: the template as written, kept to the nodes of its Workspace. */
export function templateDeployment(
  order: TemplateOrder,
  { existingNodes }: { existingNodes: readonly string[] },
): Deployment {
  const { workspace, nodes, work } = order
  const labels = { [WORKSPACE_LABEL]: workspace.metadata.name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...ownedMetadata(workspace),
      annotations: { [ORDER_HASH_ANNOTATION]: templateHash(order, existingNodes) },
    },
    spec: {
      replicas: nodes.count,
      // Every replica fills a node, so a surge would wait for a node that nobody asks for.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: work.readiness.timeoutMinutes * 60,
      selector: { matchLabels: labels },
      template: placed(work.template, labels, placement(workspace, nodes, existingNodes)),
    },
  }
}

function placed({ metadata, spec }: PodTemplate, labels: Record<string, string>, place: Placement): PodTemplate {
  return {
    metadata: { ...metadata, labels: { ...metadata?.labels, ...labels } },
    spec: {
      ...spec,
      automountServiceAccountToken: spec.automountServiceAccountToken ?? false,
      tolerations: joined(spec.tolerations ?? [], place.tolerations),
      affinity: narrowed(spec.affinity ?? {}, place.affinity),
    },
  }
}

/** The user's, then those of ours that it does not have. */
function joined(theirs: Placement['tolerations'], ours: Placement['tolerations']): Placement['tolerations'] {
  const has = (one: Placement['tolerations'][number]) =>
    theirs.some(
      ({ key, operator = 'Equal', value = '', effect = '' }) =>
        key === one.key && operator === one.operator && value === (one.value ?? '') && effect === one.effect,
    )
  return [...theirs, ...ours.filter((one) => !has(one))]
}

interface UserAffinity {
  nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: NodeSelectorTerm[] } }
}

/** A node must meet one of the user's terms and one of ours. */
function narrowed(theirs: NonNullable<PodSpec['affinity']>, ours: Placement['affinity']): Record<string, unknown> {
  const { nodeAffinity }: UserAffinity = theirs
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}]
  const our = ours.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms
  const nodeSelectorTerms = terms.flatMap((their) => our.map((one) => both(their, one)))
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } }
  return { ...theirs, nodeAffinity: { ...nodeAffinity, ...required } }
}

function both(a: NodeSelectorTerm, b: NodeSelectorTerm): NodeSelectorTerm {
  const matchExpressions = [...(a.matchExpressions ?? []), ...(b.matchExpressions ?? [])]
  const matchFields = [...(a.matchFields ?? []), ...(b.matchFields ?? [])]
  return {
    ...(matchExpressions.length > 0 && { matchExpressions }),
    ...(matchFields.length > 0 && { matchFields }),
  }
}
