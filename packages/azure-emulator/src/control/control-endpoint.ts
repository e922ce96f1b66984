import { z } from 'zod'
import { requestPropertiesSchema } from '../agent-pools/properties.ts'
import { ArmError } from '../arm/arm-error.ts'
import { poolFaultSchema } from '../faults/pool-fault.ts'
import { requestFaultSchema } from '../faults/request-fault.ts'
import { type HttpAnswer, type HttpRequest, json, noContent } from '../http/exchange.ts'
import { createRouteTable } from '../http/route-table.ts'
import { settingsSchema } from '../settings.ts'
import type { Controls } from './controls.ts'

type Endpoint = (call: { params: Record<string, string>; body: unknown }) => unknown

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/
const secondsSchema = z.strictObject({ seconds: z.number().min(0) })
const optionalSecondsSchema = z.strictObject({ seconds: z.number().min(0).default(0) })
const operationSchema = z.strictObject({ kind: z.string().min(1), seconds: z.number().min(0) })
const existenceSchema = z.strictObject({ exists: z.boolean() })
const object = z.record(z.string(), z.unknown())

/** The controls over HTTP, under `/_emulator`, for this machine only; undefined for any other path. */
export function createControlEndpoint(controls: Controls): (request: HttpRequest) => HttpAnswer | undefined {
  const routes = createRouteTable<Endpoint>([
    ['GET', '/_emulator/ledger', () => ledgerBody(controls)],
    ['GET', '/_emulator/requests', () => ({ requests: controls.requests.records() })],
    ['DELETE', '/_emulator/requests', () => controls.requests.clear()],
    ['GET', '/_emulator/settings', () => controls.settings()],
    ['PATCH', '/_emulator/settings', ({ body }) => configure(controls, body)],
    ['GET', '/_emulator/faults', () => ({ faults: controls.faults.active() })],
    ['POST', '/_emulator/faults', ({ body }) => ({ id: controls.faults.inject(requestFaultSchema.parse(body)) })],
    ['DELETE', '/_emulator/faults', () => controls.faults.clear()],
    ['DELETE', '/_emulator/faults/:id', ({ params }) => controls.faults.clear(params.id)],
    ['POST', '/_emulator/pool-faults', ({ body }) => controls.injectPoolFault(poolFaultSchema.parse(body))],
    ['DELETE', '/_emulator/pool-faults', () => controls.clearPoolFaults()],
    ['POST', '/_emulator/clock/advance', ({ body }) => controls.advance(secondsSchema.parse(body).seconds)],
    ['POST', '/_emulator/cluster/stop', ({ body }) => controls.cluster.stop(optionalSecondsSchema.parse(body).seconds)],
    [
      'POST',
      '/_emulator/cluster/start',
      ({ body }) => controls.cluster.start(optionalSecondsSchema.parse(body).seconds),
    ],
    ['POST', '/_emulator/cluster/operate', ({ body }) => operateCluster(controls, body)],
    [
      'PUT',
      '/_emulator/cluster/existence',
      ({ body }) => controls.cluster.setExists(existenceSchema.parse(body).exists),
    ],
    ['POST', '/_emulator/pools/:pool/:act', ({ params, body }) => changePool(controls, params, body)],
  ])
  return (request) => {
    if (!request.url.pathname.toLowerCase().startsWith('/_emulator')) return undefined
    if (request.remoteAddress && !LOOPBACK.test(request.remoteAddress)) return failure(403, 'Only from this machine')
    const match = routes.find(request.method, request.url.pathname)
    if (!match) return failure(404, `No control ${request.method} ${request.url.pathname}`)
    return answer(() => match.endpoint({ params: match.params, body: parseBody(request.body) }))
  }
}

function configure(controls: Controls, body: unknown): void {
  controls.configure(settingsSchema.parse({ ...controls.settings(), ...object.parse(body) }))
}

function operateCluster(controls: Controls, body: unknown): void {
  const { kind, seconds } = operationSchema.parse(body)
  controls.cluster.operate(kind, seconds)
}

const changeSchema = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('create'), properties: requestPropertiesSchema.extend({ vmSize: z.string() }) }),
  z.strictObject({ act: z.literal('edit'), properties: requestPropertiesSchema }),
  z.strictObject({ act: z.literal('scale'), count: z.int().min(0) }),
  z.strictObject({ act: z.literal('evict'), machines: z.int().min(1).optional() }),
  z.strictObject({ act: z.literal('power'), state: z.enum(['Running', 'Stopped']) }),
  z.strictObject({ act: z.literal('delete') }),
  z.strictObject({ act: z.literal('reimage') }),
])

function changePool({ pools }: Controls, { pool = '', act }: Record<string, string>, body: unknown): void {
  const change = changeSchema.parse({ ...object.parse(body), act })
  if (change.act === 'create') pools.create(pool, change.properties)
  else if (change.act === 'edit') pools.edit(pool, change.properties)
  else if (change.act === 'scale') pools.scale(pool, change.count)
  else if (change.act === 'evict') pools.evict(pool, change.machines)
  else if (change.act === 'power') pools.power(pool, change.state)
  else if (change.act === 'delete') pools.delete(pool)
  else pools.reimage(pool)
}

function answer(act: () => unknown): HttpAnswer {
  try {
    const result = act()
    return result === undefined ? noContent(204) : json(200, result)
  } catch (error) {
    if (error instanceof z.ZodError) return failure(400, z.prettifyError(error))
    if (error instanceof ArmError) return failure(409, error.message)
    return failure(400, error instanceof Error ? error.message : String(error))
  }
}

function failure(status: number, message: string): HttpAnswer {
  return json(status, { error: { code: 'Emulator', message } })
}

function parseBody(text: string): unknown {
  return text === '' ? {} : JSON.parse(text)
}

function ledgerBody({ ledger }: Controls): unknown {
  return {
    entries: ledger.entries(),
    intervals: ledger.intervals(),
    gpuMinutes: ledger.gpuMinutes(),
    livePools: ledger.livePools(),
  }
}
