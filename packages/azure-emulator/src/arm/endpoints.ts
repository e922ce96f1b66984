import type { HTTPMethod } from 'find-my-way'
import { abortPoolOperation, deletePoolEndpoint, deletePoolMachines, putPool } from '../agent-pools/change-endpoints.ts'
import { getMachine, getPool, listMachines, listPools } from '../agent-pools/read-endpoints.ts'
import { clusterBody } from '../cluster/managed-cluster.ts'
import { listSkus, listUsages } from '../compute/endpoints.ts'
import { json } from '../http/exchange.ts'
import type { ArmEndpoint } from './call.ts'
import { getOperation, getOperationResult } from './operation-endpoints.ts'

const CLUSTER =
  '/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.ContainerService/managedClusters/:cluster'
const POOLS = `${CLUSTER}/agentPools`
const LOCATION = '/subscriptions/:subscription/providers/Microsoft.ContainerService/locations/:location'
const COMPUTE = '/subscriptions/:subscription/providers/Microsoft.Compute'

const CLUSTER_TYPE = 'Microsoft.ContainerService/managedClusters'
const POOL_TYPE = `${CLUSTER_TYPE}/agentPools` as const
const MACHINE_TYPE = `${POOL_TYPE}/machines` as const
const OPERATION_TYPE = 'Microsoft.ContainerService/locations/operations'

const pool = (action: string, handle: ArmEndpoint['handle'], limit: ArmEndpoint['limit'] = 'other'): ArmEndpoint => ({
  type: POOL_TYPE,
  action: `${POOL_TYPE}/${action}`,
  limit,
  handle,
})
const machines = (handle: ArmEndpoint['handle']): ArmEndpoint => ({
  type: MACHINE_TYPE,
  action: `${MACHINE_TYPE}/read`,
  limit: 'other',
  handle,
})
const operation = (handle: ArmEndpoint['handle']): ArmEndpoint => ({ type: OPERATION_TYPE, limit: 'operation', handle })

/** Everything Azure Resource Manager serves here. */
export const ARM_ENDPOINTS: readonly (readonly [HTTPMethod, string, ArmEndpoint])[] = [
  [
    'GET',
    CLUSTER,
    {
      type: CLUSTER_TYPE,
      action: `${CLUSTER_TYPE}/read`,
      limit: 'getCluster',
      handle: (cloud) => json(200, clusterBody(cloud)),
    },
  ],
  ['GET', POOLS, pool('read', listPools)],
  ['GET', `${POOLS}/:pool`, pool('read', getPool)],
  ['PUT', `${POOLS}/:pool`, pool('write', putPool, 'putPool')],
  ['DELETE', `${POOLS}/:pool`, pool('delete', deletePoolEndpoint)],
  ['POST', `${POOLS}/:pool/abort`, pool('abort/action', abortPoolOperation)],
  ['POST', `${POOLS}/:pool/deleteMachines`, pool('deleteMachines/action', deletePoolMachines)],
  ['GET', `${POOLS}/:pool/machines`, machines(listMachines)],
  ['GET', `${POOLS}/:pool/machines/:machine`, machines(getMachine)],
  ['GET', `${LOCATION}/operations/:operation`, operation(getOperation)],
  ['GET', `${LOCATION}/operationresults/:operation`, operation(getOperationResult)],
  [
    'GET',
    `${COMPUTE}/skus`,
    { type: 'Microsoft.Compute/skus', action: 'Microsoft.Compute/skus/read', handle: listSkus },
  ],
  [
    'GET',
    `${COMPUTE}/locations/:location/usages`,
    {
      type: 'Microsoft.Compute/locations/usages',
      action: 'Microsoft.Compute/locations/usages/read',
      handle: listUsages,
    },
  ],
]
