import {
  CLAIM_UID_LABEL,
  DO_NOT_SYNC_TAINTS_LABEL,
  FAILED_LAUNCHES_ANNOTATION,
  INITIALIZED_LABEL,
  INSTANCE_NAME_ANNOTATION,
  LAUNCH_REFUSALS_ANNOTATION,
  type OwnerReference,
  PROVISIONER_KEY,
  REGISTERED_LABEL,
  RETRY_ANNOTATION,
  type Taint,
  TERMINATION_FINALIZER,
  UNREGISTERED_TAINT,
} from '@kaito/api'
import type { MergePatch, Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import type { ProvisionerIdentity } from '../claim/provisioner-identity.ts'
import { findTaint, isHeld } from './node-facts.ts'

const OWN_ANNOTATIONS = new Set([
  FAILED_LAUNCHES_ANNOTATION,
  INSTANCE_NAME_ANNOTATION,
  LAUNCH_REFUSALS_ANNOTATION,
  PROVISIONER_KEY,
  RETRY_ANNOTATION,
])
/** What the machine says about itself is true even where the claim says otherwise. */
const KUBELET_LABELS = /^(beta\.kubernetes\.io|kubernetes\.io|node\.kubernetes\.io|topology\.kubernetes\.io)\//

interface Registration {
  claim: Claim
  owner: { apiVersion: string; kind: string }
  provisioner: Pick<ProvisionerIdentity, 'name'>
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
  const { finalizers = [], labels, annotations, resourceVersion } = node.metadata
  const owners = missingOwner(registration)
  const taints = changedTaints(registration)
  const metadata = {
    ...(!isHeld(node) && { finalizers: [...finalizers, TERMINATION_FINALIZER] }),
    ...(owners && { ownerReferences: owners }),
    ...differing('labels', labels, labelsOf(registration)),
    ...differing('annotations', annotations, annotationsOf(registration)),
  }
  if (Object.keys(metadata).length === 0 && !taints) return undefined
  return { metadata: { ...metadata, resourceVersion }, ...(taints && { spec: { taints } }) }
}

function differing(field: string, current: Record<string, string> = {}, wanted: Record<string, string>) {
  const changes = Object.entries(wanted).filter(([key, value]) => current[key] !== value)
  return changes.length > 0 ? { [field]: Object.fromEntries(changes) } : {}
}

/**
 * Whether this very patch registers the Node, and pods could have come to it before, for nothing kept them off until now.
 */
export function wasOpenTooEarly(claim: Claim, node: Node): boolean {
  return isFirstTime({ claim, node }) && !findTaint(node, UNREGISTERED_TAINT)
}

/** Startup taints go on once: whoever takes them off must not find them back. */
function isFirstTime({ claim, node }: Pick<Registration, 'claim' | 'node'>): boolean {
  if (node.metadata.labels?.[REGISTERED_LABEL] !== undefined) return false
  return !(claim.steps.registered?.met && claim.providerID === node.spec?.providerID)
}

/** The whole list of owners, where ours is not in it. */
function missingOwner({ claim, owner, node }: Registration): OwnerReference[] | undefined {
  const { ownerReferences = [] } = node.metadata
  const others = ownerReferences.filter(({ kind, uid }) => kind !== 'Provisioner' && uid !== claim.uid)
  const isOwned = ownerReferences.some(({ uid }) => uid === claim.uid)
  if (isOwned && others.length === ownerReferences.length - 1) return undefined
  return [...others, { ...owner, name: claim.name, uid: claim.uid, blockOwnerDeletion: true }]
}

function labelsOf({ claim, provisioner, node, initialized }: Registration): Record<string, string> {
  const existing = node.metadata.labels ?? {}
  const asked = Object.entries({ ...claim.fixedLabels, ...claim.classLabels, ...claim.labels })
  const synced = asked.filter(([key]) => !(KUBELET_LABELS.test(key) && existing[key] !== undefined))
  return {
    ...Object.fromEntries(synced),
    [CLAIM_UID_LABEL]: claim.uid,
    [PROVISIONER_KEY]: provisioner.name,
    [REGISTERED_LABEL]: 'true',
    ...(initialized && { [INITIALIZED_LABEL]: 'true' }),
  }
}

function annotationsOf({ claim }: Registration): Record<string, string> {
  const asked = Object.entries(claim.annotations).filter(
    ([key]) => !OWN_ANNOTATIONS.has(key) && !key.startsWith('kubectl.kubernetes.io/'),
  )
  return Object.fromEntries(asked)
}

/** The whole list of taints, where it is not what it shall be. */
function changedTaints(registration: Registration): Taint[] | undefined {
  const { claim, node } = registration
  const { taints = [] } = node.spec ?? {}
  const asked = isFirstTime(registration) ? [...claim.taints, ...claim.startupTaints] : claim.taints
  const isLeftAlone = node.metadata.labels?.[DO_NOT_SYNC_TAINTS_LABEL] === 'true'
  const missing = isLeftAlone ? [] : asked.filter((taint) => !findTaint(node, taint))
  const { key, effect } = UNREGISTERED_TAINT
  const staying = taints.filter((taint) => taint.key !== key || taint.effect !== effect)
  return missing.length > 0 || staying.length < taints.length ? [...staying, ...missing] : undefined
}
