import type { ArmCall } from '../arm/call.ts'
import { type Cloud, clusterId, scaleSetId } from '../cloud.ts'
import { type HttpAnswer, json } from '../http/exchange.ts'
import { findPool } from './change-endpoints.ts'
import type { Machine, Pool } from './pool.ts'
import { poolNotFound } from './refusals.ts'

export function getPool(cloud: Cloud, { params }: ArmCall): HttpAnswer {
  const body = cloud.views.get((params.pool ?? '').toLowerCase())
  if (!body) throw poolNotFound()
  return json(200, body)
}

/** Pages of pools; behind the last one comes an empty page, as recorded from AKS. */
export function listPools(cloud: Cloud, call: ArmCall): HttpAnswer {
  return page(call, cloud, cloud.views.list())
}

export function listMachines(cloud: Cloud, call: ArmCall): HttpAnswer {
  const pool = machinesOf(cloud, call)
  return page(
    call,
    cloud,
    pool.machines.map((machine) => machineBody(cloud, pool, machine)),
  )
}

export function getMachine(cloud: Cloud, call: ArmCall): HttpAnswer {
  const pool = machinesOf(cloud, call)
  const machine = pool.machines.find(({ name }) => name === call.params.machine)
  if (!machine) throw poolNotFound()
  return json(200, machineBody(cloud, pool, machine))
}

function machinesOf(cloud: Cloud, { params }: ArmCall): Pool {
  const pool = findPool(cloud, params.pool ?? '')
  if (!pool) throw poolNotFound()
  return pool
}

function machineBody({ settings }: Cloud, pool: Pool, machine: Machine): Record<string, unknown> {
  return {
    id: `${clusterId(settings)}/agentPools/${pool.name}/machines/${machine.name}`,
    name: machine.name,
    type: 'Microsoft.ContainerService/managedClusters/agentPools/machines',
    ...(machine.zone && { zones: [machine.zone] }),
    properties: {
      network: { ipAddresses: [{ family: 'IPv4', ip: machine.ip }] },
      resourceId: `${scaleSetId(settings, pool.name)}/virtualMachines/${machine.id}`,
    },
  }
}

function page({ request }: ArmCall, { settings }: Cloud, items: readonly unknown[]): HttpAnswer {
  const start = Number(request.url.searchParams.get('$skipToken') ?? 0) || 0
  const value = items.slice(start, start + settings.pageSize)
  const end = start + value.length
  return json(200, { value, ...(value.length > 0 && { nextLink: nextLink(request.url, end) }) })
}

function nextLink(url: URL, skip: number): string {
  const version = url.searchParams.get('api-version') ?? ''
  return `${url.origin}${url.pathname}?$skipToken=${skip}&api-version=${version}&skipToken=${skip}`
}
