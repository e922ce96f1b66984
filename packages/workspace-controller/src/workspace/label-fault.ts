import type { InstanceType } from '@kaito/presets'

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const PREFIX = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
const KAITO_LABEL = /(^|\.)(kaito|karpenter)\.sh\//
/** Kubelet and cloud set these on every node. */
const CLUSTER_LABEL =
  /^agentpool$|^kubernetes\.azure\.com\/|^node\.kubernetes\.io\/instance-type$|^((beta|topology|failure-domain\.beta)\.)?kubernetes\.io\//

/** Why new nodes cannot carry these labels: a node that never matches them would bill in vain. */
export function labelFault(labels: Record<string, string>, instanceType: InstanceType): string | undefined {
  return Object.entries(labels)
    .flatMap(([key, value]) => faultOf(key, value, instanceType) ?? [])
    .map((fault) => `resource.labelSelector.matchLabels: ${fault}`)[0]
}

function faultOf(key: string, value: string, { name }: InstanceType): string | undefined {
  if (!isKey(key))
    return `"${key}" is not a label key; write letters, digits, "-", "_" and ".", after an optional "prefix/"`
  if (value !== '' && !NAME.test(value)) {
    return `the value "${value}" of ${key} is not a label value; write at most 63 letters, digits, "-", "_" and "."`
  }
  if (KAITO_LABEL.test(key)) return `${key} is set by KAITO itself; use a label of your own`
  const isTrueAnyway = [
    `kubernetes.io/os=linux`,
    `kubernetes.io/arch=amd64`,
    `node.kubernetes.io/instance-type=${name}`,
  ]
  if (!CLUSTER_LABEL.test(key) || isTrueAnyway.includes(`${key}=${value}`)) return undefined
  return `${key} is set by the cluster on each node, so a new node cannot be given "${value}"; use a label of your own`
}

function isKey(key: string): boolean {
  const slash = key.indexOf('/')
  return NAME.test(key.slice(slash + 1)) && (slash < 0 || PREFIX.test(key.slice(0, slash)))
}
