/**
 * On a claim of either kind whose node was usable: False while the node is unhealthy, True once it recovered; absent
 * while nothing was ever wrong.
 */
export const NODE_HEALTHY_CONDITION = 'NodeHealthy'

/**
 * On a NodeClaim of ours: whether the accepted launch is finished; there only while there is one that has no Node yet.
 * `Launched` keeps the time of the claim meanwhile.
 */
export const INSTANCE_CREATED_CONDITION = 'kaito.sh/InstanceCreated'
