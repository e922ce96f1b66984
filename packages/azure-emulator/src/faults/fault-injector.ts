import type { Clock } from '../clock/clock.ts'
import { type HttpAnswer, type HttpOutcome, type HttpRequest, json } from '../http/exchange.ts'
import { type RequestFault, type RequestFaultInput, requestFaultSchema } from './request-fault.ts'

export interface FaultInjector {
  /** Adds a fault and names it. */
  inject(fault: RequestFaultInput): string
  /** Removes one, or all. */
  clear(id?: string): void
  active(): { id: string; fault: RequestFault; met: number }[]
  /** Carries a request out, or does to it what a fault says. */
  through(request: HttpRequest, carryOut: () => HttpAnswer): Promise<HttpOutcome>
}

interface Entry {
  fault: RequestFault
  seen: number
}

export function createFaultInjector(clock: Clock): FaultInjector {
  const entries = new Map<string, Entry>()
  let nextId = 1
  const take = (request: HttpRequest): RequestFault | undefined => {
    let taken: RequestFault | undefined
    for (const entry of entries.values()) {
      if (!matches(entry.fault, request)) continue
      entry.seen += 1
      taken ??= isDue(entry) ? entry.fault : undefined
    }
    return taken
  }
  return {
    inject(input) {
      const id = String(nextId)
      nextId += 1
      entries.set(id, { fault: requestFaultSchema.parse(input), seen: 0 })
      return id
    },
    clear(id) {
      if (id === undefined) entries.clear()
      else entries.delete(id)
    },
    active: () => [...entries].map(([id, { fault, seen }]) => ({ id, fault, met: Math.max(0, seen - fault.skip) })),
    async through(request, carryOut) {
      const fault = take(request)
      if (!fault) return { do: 'answer', ...carryOut() }
      const { action, when } = fault
      const answer = when === 'after' ? carryOut() : undefined
      if (action.do === 'answer') return { do: 'answer', ...faultAnswer(action, answer) }
      if (action.do !== 'delay') return { do: action.do }
      await new Promise<void>((resolve) => clock.after(action.seconds * 1000, resolve))
      return { do: 'answer', ...(answer ?? carryOut()) }
    },
  }
}

function isDue({ fault: { skip, times }, seen }: Entry): boolean {
  return seen > skip && (times === undefined || seen <= skip + times)
}

function matches({ match }: RequestFault, { method, url }: HttpRequest): boolean {
  const target = `${url.pathname}${url.search}`
  const pool = /\/agentPools\/([^/?]+)/i.exec(target)?.[1]
  return (
    (match.method === undefined || match.method.toUpperCase() === method) &&
    (match.path === undefined || new RegExp(match.path, 'i').test(target)) &&
    (match.pool === undefined || match.pool === pool)
  )
}

function faultAnswer(
  { status, headers, body, text }: Extract<RequestFault['action'], { do: 'answer' }>,
  real: HttpAnswer | undefined,
): HttpAnswer {
  if (text !== undefined) return { status, headers: { 'content-type': 'text/html', ...headers }, body: text }
  if (body !== undefined) return json(status, body, headers)
  return { status, headers: { ...real?.headers, ...headers }, body: real?.body ?? '' }
}
