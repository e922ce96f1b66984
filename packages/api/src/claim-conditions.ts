/**
 * On a claim of either kind whose node was usable: False while the node is unhealthy, True once it recovered; absent
 * while nothing was ever wrong.
 */
export const NODE_HEALTHY_CONDITION = 'NodeHealthy'
