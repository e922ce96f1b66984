import {
  CLAIM_UID_LABEL,
  INSTANCE_TYPE_LABEL,
  MACHINE_TYPE_LABEL,
  NODE_POOL_LABEL,
  PROVISIONER_NAME_LABEL,
  type Taint,
} from '@kaito/api'
import { CloudError, type InstanceSpec } from '@kaito/cloud-provider'

/** KAITO's label for the claim's creation, read by its tools; a label value may not hold the colons of RFC 3339. */
const CREATION_TIMESTAMP_LABEL = 'kaito.sh/creation-timestamp'

/** Prefixes in the Kubernetes namespaces that AKS lets a user set (https://aka.ms/aks-node-labels-116). */
const ALLOWED_KUBERNETES_PREFIXES = new Set(['kubelet.kubernetes.io', 'node.kubernetes.io'])
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const PREFIX = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/

/**
 * Labels for `nodeLabels`. Those that AKS sets itself or refuses are left out; the Node gets them from AKS or at
 * registration. Throws `InvalidRequest` for what is no label at all.
 */
export function nodeLabels(spec: InstanceSpec): Record<string, string> {
  const labels: Record<string, string> = {
    ...ownerLabel(spec.labels),
    ...spec.labels,
    [CLAIM_UID_LABEL]: spec.claimUid,
    [MACHINE_TYPE_LABEL]: /standard_n/i.test(spec.instanceType) ? 'gpu' : 'cpu',
    [CREATION_TIMESTAMP_LABEL]: kaitoTime(spec.claimCreatedAt),
  }
  const kept = Object.entries(labels).filter(([key]) => !isReserved(key))
  for (const [key, value] of kept) {
    if (!isKey(key) || !VALUE.test(value)) {
      throw new CloudError('InvalidRequest', `${key}=${value} is not a valid node label`)
    }
  }
  return Object.fromEntries(kept)
}

/** KAITO's tools find its nodes by one of these labels; a claim that has neither gets the one of NodeClaims. */
function ownerLabel(labels: Record<string, string>): Record<string, string> {
  return labels[PROVISIONER_NAME_LABEL] === undefined ? { [NODE_POOL_LABEL]: 'kaito' } : {}
}

/** Taints for `nodeTaints`, without those AKS keeps for itself. */
export function nodeTaints(taints: Taint[]): string[] {
  return taints
    .filter(({ key }) => !isOwnedByAks(key))
    .map((taint) => {
      const { key, value = '', effect } = taint
      if (!isKey(key) || !VALUE.test(value) || !/^(?:NoSchedule|PreferNoSchedule|NoExecute)$/.test(effect)) {
        throw new CloudError('InvalidRequest', `${key}=${value}:${effect} is not a valid taint`)
      }
      return `${key}=${value}:${effect}`
    })
}

function isReserved(key: string): boolean {
  if (key === INSTANCE_TYPE_LABEL || key === 'agentpool' || isOwnedByAks(key)) return true
  const prefix = prefixOf(key)
  const isKubernetes = /(?:^|\.)(?:kubernetes|k8s)\.io$/.test(prefix)
  return isKubernetes && !ALLOWED_KUBERNETES_PREFIXES.has(prefix)
}

const isOwnedByAks = (key: string) => prefixOf(key) === 'kubernetes.azure.com'
const prefixOf = (key: string) => (key.includes('/') ? key.slice(0, key.indexOf('/')) : '')

function isKey(key: string): boolean {
  const prefix = prefixOf(key)
  return key.includes('/') ? PREFIX.test(prefix) && NAME.test(key.slice(prefix.length + 1)) : NAME.test(key)
}

function kaitoTime(time: string): string {
  return new Date(time)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
}
