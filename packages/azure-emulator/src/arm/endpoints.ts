import type { HTTPMethod } from 'find-my-way'
import { abortPoolOperation, deletePoolEndpoint, deletePoolMachines, putPool } from '../agent-pools/change-endpoints.ts'
import { getMachine, getPool, listMachines, listPools } from '../agent-pools/read-endpoints.ts'
import { getUpgradeProfile, listAvailableVersions, upgradePoolNodeImage } from '../agent-pools/upgrade-endpoints.ts'
import { clusterBody, listClusters } from '../cluster/managed-cluster.ts'
import { listSkus, listUsages } from '../compute/endpoints.ts'
import { json } from '../http/exchange.ts'
import type { ArmEndpoint } from './call.ts'
import { getOperation, getOperationResult } from './operation-endpoints.ts'

const SUBSCRIPTION = '/subscriptions/:subscription'
const CLUSTERS = 'providers/Microsoft.ContainerService/managedClusters'
const CLUSTER = `${SUBSCRIPTION}/resourceGroups/:group/${CLUSTERS}/:cluster`
const POOLS = `${CLUSTER}/agentPools`
const LOCATION = `${SUBSCRIPTION}/providers/Microsoft.ContainerService/locations/:location`
const COMPUTE = `${SUBSCRIPTION}/providers/Microsoft.Compute`

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
const cluster = (
  action: string,
  handle: ArmEndpoint['handle'],
  limit: ArmEndpoint['limit'] = 'other',
): ArmEndpoint => ({
  type: CLUSTER_TYPE,
  action: `${CLUSTER_TYPE}/${action}`,
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
  ['GET', CLUSTER, cluster('read', (cloud) => json(200, clusterBody(cloud)), 'getCluster')],
  ['GET', `${SUBSCRIPTION}/${CLUSTERS}`, cluster('read', listClusters)],
  ['GET', `${SUBSCRIPTION}/resourceGroups/:group/${CLUSTERS}`, cluster('read', listClusters)],
  ['GET', `${CLUSTER}/availableAgentPoolVersions`, cluster('availableAgentPoolVersions/read', listAvailableVersions)],
  ['GET', POOLS, pool('read', listPools)],
  ['GET', `${POOLS}/:pool`, pool('read', getPool)],
  ['PUT', `${POOLS}/:pool`, pool('write', putPool, 'putPool')],
  ['DELETE', `${POOLS}/:pool`, pool('delete', deletePoolEndpoint)],
  ['POST', `${POOLS}/:pool/abort`, pool('abort/action', abortPoolOperation)],
  ['POST', `${POOLS}/:pool/deleteMachines`, pool('deleteMachines/action', deletePoolMachines)],
  ['POST', `${POOLS}/:pool/upgradeNodeImageVersion`, pool('upgradeNodeImageVersion/action', upgradePoolNodeImage)],
  ['GET', `${POOLS}/:pool/upgradeProfiles/default`, pool('upgradeProfiles/read', getUpgradeProfile)],
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
