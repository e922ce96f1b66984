/** Ownership labels KAITO's users and tools select by (pods, claims, nodes). */
export const WORKSPACE_LABEL = 'kaito.sh/workspace'
export const WORKSPACE_NAMESPACE_LABEL = 'kaito.sh/workspacenamespace'
export const MACHINE_TYPE_LABEL = 'kaito.sh/machine-type'

/** Which image a node runs, where its cloud says so on the Node. */
export const NODE_IMAGE_LABEL = 'kubernetes.azure.com/node-image-version'
/** Whether a node was placed in a zone or anywhere in its region: a requirement of Karpenter's for Azure. */
export const PLACEMENT_SCOPE_LABEL = 'karpenter.azure.com/placement-scope'
/** Domains, and those below them, whose labels describe the machine; what users name otherwise are labels of their own. */
export const MACHINE_DOMAIN = /(^|\.)(kubernetes\.io|k8s\.io|karpenter\.sh|karpenter\.k8s\.[a-z]+|azure\.com)$/

/** UID of the claim an instance was launched for: on the cloud's resource, its tag of the same meaning, and its Node. */
export const CLAIM_UID_LABEL = 'kaito.sh/claim-uid'

export const WORKSPACE_FINALIZER = 'workspace.finalizer.kaito.sh'

/**
 * Name of the provisioner that has a claim: an annotation on the claim, written with its finalizer, and a label on its
 * Node. A claim that names another one is left alone.
 */
export const PROVISIONER_KEY = 'kaito.sh/provisioner'

/** Finalizer of Karpenter's contract, on claims and on Nodes. */
export const TERMINATION_FINALIZER = 'karpenter.sh/termination'
export const PROVISIONER_NAME_LABEL = 'karpenter.sh/provisioner-name'
export const NODE_POOL_LABEL = 'karpenter.sh/nodepool'
export const REGISTERED_LABEL = 'karpenter.sh/registered'
export const INITIALIZED_LABEL = 'karpenter.sh/initialized'
export const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type'
export const INSTANCE_TYPE_LABEL = 'node.kubernetes.io/instance-type'
export const ZONE_LABEL = 'topology.kubernetes.io/zone'
export const REGION_LABEL = 'topology.kubernetes.io/region'

/** On a Node: its taints are left as they are at registration. */
export const DO_NOT_SYNC_TAINTS_LABEL = 'karpenter.sh/do-not-sync-taints'
/** On a pod: it is not evicted before its node must end. */
export const DO_NOT_DISRUPT_ANNOTATION = 'karpenter.sh/do-not-disrupt'
/** On a NodeClaim: when its pods are deleted at the latest, RFC 3339. */
export const TERMINATION_TIMESTAMP_ANNOTATION = 'karpenter.sh/nodeclaim-termination-timestamp'
/** On a Node that no claim has registered yet. */
export const UNREGISTERED_TAINT = { key: 'karpenter.sh/unregistered', effect: 'NoExecute' } as const
/** On the Node of a NodeClaim that ends. */
export const DISRUPTED_TAINT = { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' } as const

export const GPU_RESOURCE = 'nvidia.com/gpu'

/** A new value lets a claim that used up its launches start again. */
export const RETRY_ANNOTATION = 'kaito.sh/retry'
/** On a claim, from KAITO's users: `azurelinux` or `ubuntu`, the node image where the claim's class names none. */
export const NODE_IMAGE_FAMILY_ANNOTATION = 'kaito.sh/node-image-family'
/** Accepted launches of this claim that ended without a node, written before the failed instance is deleted. */
export const FAILED_LAUNCHES_ANNOTATION = 'kaito.sh/failed-launches'
/** How often the cloud refused to launch for this claim, and when to ask again; survives a restart. */
export const LAUNCH_REFUSALS_ANNOTATION = 'kaito.sh/launch-refusals'
/**
 * On a claim whose own name no instance can have, from us: the name of its instance. Whoever changes it changes nothing
 * about the instance.
 */
export const INSTANCE_NAME_ANNOTATION = 'kaito.sh/instance-name'
/** On a claim: UID of the Workspace it was made for, checked before it is adopted or deleted. */
export const WORKSPACE_UID_ANNOTATION = 'kaito.sh/workspace-uid'
/** On the ConfigMap that reports held deletions: how many of them somebody has approved. */
export const APPROVED_DELETIONS_ANNOTATION = 'kaito.sh/approved-deletions'
