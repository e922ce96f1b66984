import type { Life } from './life.ts'
import type { VirtualTime } from './virtual-time.ts'

/** One request of a process, to Kubernetes or to Azure. */
export interface WireCall {
  side: 'kube' | 'arm'
  process: string
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`. */
  verb: string
  /** Plural of the kind, with its subresource; `pools` and `cluster` on the side of Azure. */
  resource: string
  /** Undefined for a whole collection. */
  name: string | undefined
  isWrite: boolean
  body: string | undefined
  headers: Record<string, string>
}

export interface WireAnswer {
  status: number
  headers: Record<string, string>
  /** Empty for a stream. */
  text: string
}

/** What becomes of a request on its way. */
export interface Fate {
  outMs: number
  backMs: number
  /** Answered by something in front of the server, which never sees the request. */
  refuse?: WireAnswer
  /** The connection breaks before the request arrives, or before its answer does. */
  lose?: 'before' | 'after'
}

/** Whoever watches what goes over the wire. */
export interface WireTap {
  /** The request is about to be carried out. */
  onArrival(call: WireCall): void
  onAnswer(call: WireCall, answer: WireAnswer): void
}

export interface Wire {
  time: VirtualTime
  fateOf(call: WireCall): Fate
  tap: WireTap
  crash: CrashPlan
}

/** Kills a process at one of its writes. */
export interface CrashPlan {
  /** Counts a write; says when the process that makes it dies, if at all. */
  next(call: WireCall): 'before' | 'applied' | 'answered' | undefined
}

export const NO_CRASH: CrashPlan = { next: () => undefined }

/** The peer is gone; nobody knows whether the request was carried out. */
export class ConnectionLost extends Error {
  /** As the Azure SDK names it. */
  override readonly name = 'RestError'
}

const NEVER = new Promise<never>(() => undefined)

/** Carries one request out, with everything that may happen to it and to its sender. */
export async function overWire<A extends WireAnswer>(
  { wire, life, signal }: { wire: Wire; life: Life; signal: AbortSignal | undefined },
  call: WireCall,
  carryOut: () => Promise<A>,
): Promise<A | WireAnswer> {
  const { time, tap, crash } = wire
  await life.running()
  const death = call.isWrite ? crash.next(call) : undefined
  if (death === 'before') return dead(life)
  const { outMs, backMs, refuse, lose } = wire.fateOf(call)
  await time.sleep(outMs, signal)
  const answer = lose === 'before' || refuse ? refuse : await arrived(tap, call, carryOut)
  if (answer) tap.onAnswer(call, answer)
  if (death === 'applied') return dead(life)
  await time.sleep(backMs, signal)
  await life.running()
  if (!answer || lose === 'after') throw new ConnectionLost('read ECONNRESET')
  // What the process does with the answer before it waits again still happens.
  if (death === 'answered') setImmediate(() => life.kill())
  return answer
}

async function arrived<A>(tap: WireTap, call: WireCall, carryOut: () => Promise<A>): Promise<A> {
  tap.onArrival(call)
  return carryOut()
}

function dead(life: Life): Promise<never> {
  life.kill()
  return NEVER
}
