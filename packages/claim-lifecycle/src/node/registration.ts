import {
  CLAIM_UID_LABEL,
  FAILED_LAUNCHES_ANNOTATION,
  INITIALIZED_LABEL,
  LAUNCH_REFUSALS_ANNOTATION,
  type OwnerReference,
  REGISTERED_LABEL,
  RETRY_ANNOTATION,
  type Taint,
  TERMINATION_FINALIZER,
} from '@kaito/api'
import { type MergePatch, mergePatchBetween, type Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { findTaint } from './node-facts.ts'

const OWN_ANNOTATIONS = new Set([FAILED_LAUNCHES_ANNOTATION, LAUNCH_REFUSALS_ANNOTATION, RETRY_ANNOTATION])
/** What the machine says about itself is true even where the claim says otherwise. */
const KUBELET_LABELS = /^(beta\.kubernetes\.io|kubernetes\.io|node\.kubernetes\.io|topology\.kubernetes\.io)\//

export interface Registration {
  claim: Claim
  owner: { apiVersion: string; kind: string }
  node: Node
  /** All that the claim asked for is there: says so on the Node. */
  initialized: boolean
}

/**
 * The one patch that makes a Node the claim's; undefined when it is so already. It replaces lists, so it is refused when
 * the Node has changed since it was read.
 */
export function registrationPatch(registration: Registration): MergePatch | undefined {
  const { node } = registration
  const wanted = {
    metadata: {
      finalizers: finalizersOf(node),
      ownerReferences: ownersOf(registration),
      labels: labelsOf(registration),
      annotations: annotationsOf(registration),
    },
    spec: { taints: taintsOf(registration) },
  }
  const { finalizers = [], ownerReferences = [], labels = {}, annotations = {}, resourceVersion } = node.metadata
  const current = {
    metadata: { finalizers, ownerReferences, labels, annotations },
    spec: { taints: node.spec?.taints ?? [] },
  }
  const patch = mergePatchBetween(current, wanted)
  if (!patch) return undefined
  return { ...patch, metadata: { ...asRecord(patch.metadata), resourceVersion } }
}

/** Startup taints go on once: whoever takes them off must not find them back. */
function isFirstTime({ claim, node }: Registration): boolean {
  if (node.metadata.labels?.[REGISTERED_LABEL] !== undefined) return false
  return !(claim.steps.registered?.met && claim.providerID === node.spec?.providerID)
}

function finalizersOf(node: Node): string[] {
  return [...new Set([...(node.metadata.finalizers ?? []), TERMINATION_FINALIZER])]
}

function ownersOf({ claim, owner, node }: Registration): OwnerReference[] {
  const others = (node.metadata.ownerReferences ?? []).filter(
    ({ kind, uid }) => kind !== 'Provisioner' && uid !== claim.uid,
  )
  return [...others, { ...owner, name: claim.name, uid: claim.uid, blockOwnerDeletion: true }]
}

function labelsOf({ claim, node, initialized }: Registration): Record<string, string> {
  const existing = node.metadata.labels ?? {}
  const asked = Object.entries({ ...claim.fixedLabels, ...claim.labels })
  const synced = asked.filter(([key]) => !(KUBELET_LABELS.test(key) && existing[key] !== undefined))
  return {
    ...existing,
    ...Object.fromEntries(synced),
    [CLAIM_UID_LABEL]: claim.uid,
    [REGISTERED_LABEL]: 'true',
    ...(initialized && { [INITIALIZED_LABEL]: 'true' }),
  }
}

function annotationsOf({ claim, node }: Registration): Record<string, string> {
  const asked = Object.entries(claim.annotations).filter(
    ([key]) => !OWN_ANNOTATIONS.has(key) && !key.startsWith('kubectl.kubernetes.io/'),
  )
  return { ...node.metadata.annotations, ...Object.fromEntries(asked) }
}

function taintsOf(registration: Registration): Taint[] {
  const { claim, node } = registration
  const asked = isFirstTime(registration) ? [...claim.taints, ...claim.startupTaints] : claim.taints
  const missing = asked.filter((taint) => !findTaint(node, taint))
  return [...(node.spec?.taints ?? []), ...missing]
}

function asRecord(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
