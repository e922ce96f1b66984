import type { Workspace } from '@kaito/api'
import type { Deployment, PodSpec, PodTemplate } from '@kaito/controller-kit'
import type { NodeOrder, TemplateWork } from '../../workspace/order.ts'
import { templateHash } from '../order-hash.ts'
import { type NodeSelectorTerm, type Placement, placement } from '../placement.ts'
import { serverDeployment, serverLabels } from './server-deployment.ts'

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
  return serverDeployment({
    workspace,
    replicas: nodes.count,
    hash: templateHash(order, existingNodes),
    timeoutMinutes: work.readiness.timeoutMinutes,
    template: placed(work.template, serverLabels(workspace), placement(workspace, nodes, existingNodes)),
  })
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
