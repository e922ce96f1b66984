import type { ArmCall } from '../arm/call.ts'
import { operationHeaders } from '../arm/operation-headers.ts'
import { type Cloud, clusterId } from '../cloud.ts'
import { type HttpAnswer, json } from '../http/exchange.ts'
import { recordRequest, requirePool } from './change-endpoints.ts'
import { requireIdle } from './change-guards.ts'
import { upgradeNodeImage } from './node-image-upgrade.ts'
import { kubernetesVersion, nodeImageVersion, poolBody } from './pool-body.ts'

const CLUSTER_TYPE = 'Microsoft.ContainerService/managedClusters'

export function upgradePoolNodeImage(cloud: Cloud, call: ArmCall): HttpAnswer {
  const pool = requirePool(cloud, call)
  requireIdle(cloud, pool, 'put')
  const operation = upgradeNodeImage(cloud, pool)
  recordRequest(cloud, call, { op: 'upgradeNodeImage', pool, status: 202 })
  const headers = operationHeaders(call, operation, { settings: cloud.settings, location: true })
  return json(202, poolBody(pool, cloud.settings), headers)
}

/** The emulated region knows one version of Kubernetes and one image of each kind: there is nothing to upgrade to. */
export function getUpgradeProfile(cloud: Cloud, call: ArmCall): HttpAnswer {
  const pool = requirePool(cloud, call)
  return json(200, {
    id: `${clusterId(cloud.settings)}/agentPools/${pool.name}/upgradeprofiles/default`,
    name: 'default',
    type: `${CLUSTER_TYPE}/agentPools/upgradeProfiles`,
    properties: {
      kubernetesVersion: kubernetesVersion(pool, cloud.settings),
      osType: pool.properties.osType ?? 'Linux',
      latestNodeImageVersion: nodeImageVersion(pool),
    },
  })
}

export function listAvailableVersions({ settings }: Cloud): HttpAnswer {
  return json(200, {
    id: `${clusterId(settings)}/availableagentpoolversions`,
    name: 'default',
    type: `${CLUSTER_TYPE}/availableAgentpoolVersions`,
    properties: { agentPoolVersions: [{ default: true, kubernetesVersion: settings.kubernetesVersion }] },
  })
}
