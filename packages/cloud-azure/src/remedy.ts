import { RETIRED_INSTANCE_TYPES, type Reason } from '@kaito/api'

interface Context {
  instanceType: string | undefined
  /** Azure's own text; the quota to raise is named there and nowhere else. */
  message: string | undefined
  /** The quota to raise, where it is known by name. */
  quota?: string
}

/** What the user can do next; nothing for a reason that passes by itself. */
export function remedyOf(reason: Reason, context?: Context): { remedy?: string } {
  const remedy = REMEDIES[reason]
  return remedy ? { remedy: remedy(context ?? { instanceType: undefined, message: undefined }) } : {}
}

const REMEDIES: Partial<Record<Reason, (context: Context) => string>> = {
  QuotaExceeded: ({ message, quota }) =>
    `Ask for more quota${quota === undefined ? quotaName(message ?? '') : ` of ${quota}`} at https://aka.ms/aks/quota, free some, or name another instance type.`,
  SkuNotAvailable: ({ instanceType }) => {
    const retired = RETIRED_INSTANCE_TYPES.get(instanceType?.toLowerCase() ?? '')
    if (retired) return `${instanceType} is retired in Azure: use ${retired.successor}.`
    return 'Name an instance type that this region and subscription offer (https://aka.ms/aks/vm-size-selector).'
  },
  NoCapacity: () => 'Azure is out of this size here for now: name further instance types, or leave out the zone.',
  ClusterStopped: () => 'Start the cluster (az aks start).',
  PolicyDenied: () => 'Have the Azure Policy named in the message allow this agent pool, or exempt the cluster.',
  Unauthorized: () =>
    'Give the identity of the gpu-provisioner the role of docs/aks.md on the cluster, and check its federated credential.',
  LimitReached: () => 'Delete agent pools that nobody needs, or use a further cluster.',
  InvalidRequest: () =>
    'Correct what the message names: the Workspace, or subscription, resource group and cluster in the settings.',
  NameConflict: () =>
    'Delete or rename the agent pool of that name, or delete this claim so that another name is taken.',
  CloudUnreachable: () =>
    'Check the network path and the service health of Azure Resource Manager; the next try is automatic.',
  NodeNotRegistered: () => 'Check that nodes may reach the endpoints AKS needs (https://aka.ms/aks/outbound).',
  DrainBlocked: () => 'Look for pods that cannot leave the node: a disruption budget, a volume, a long end.',
  NodeNotReady: () => 'Look at the conditions of the Node; AKS gave up waiting for it.',
}

/** What to know about a size that is tried all the same. */
export function adviceOn(instanceType: string): string | undefined {
  const retired = RETIRED_INSTANCE_TYPES.get(instanceType.toLowerCase())
  return (
    retired && `Azure retired ${instanceType} on ${retired.on}; it is tried all the same. Use ${retired.successor}.`
  )
}

function quotaName(message: string): string {
  const family =
    /for family (\w+)/i.exec(message)?.[1] ?? /exceeding approved ([\w ]+?) Cores quota/i.exec(message)?.[1]
  if (family) return ` of ${family}`
  if (/low ?priority ?cores/i.test(message)) return ' of spot (low-priority) vCPUs'
  return /regional/i.test(message) ? ' of total regional vCPUs' : ''
}
