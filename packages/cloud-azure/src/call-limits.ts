import type { CallLimit } from './token-bucket.ts'

/** Which buckets Azure counts a call in. Of Resource Manager per principal and region, of AKS as its documentation says. */
export interface CallLimits {
  /** Resource Manager: GET. */
  reads: CallLimit
  /** Resource Manager: PUT. */
  writes: CallLimit
  /** Resource Manager: DELETE. */
  deletes: CallLimit
  /** AKS: PUT of one agent pool. */
  putAgentPool: CallLimit
  /** AKS: GET of the cluster. */
  getManagedCluster: CallLimit
  /** AKS: everything else. */
  agentPools: CallLimit
}

/** Documented limits (aks-docs quotas-skus-regions, Resource Manager request-limits-and-throttling). */
export const AZURE_CALL_LIMITS: CallLimits = {
  reads: { burst: 250, perSecond: 25 },
  writes: { burst: 200, perSecond: 10 },
  deletes: { burst: 200, perSecond: 10 },
  putAgentPool: { burst: 20, perSecond: 1 / 60 },
  getManagedCluster: { burst: 60, perSecond: 1 },
  agentPools: { burst: 60, perSecond: 1 },
}
