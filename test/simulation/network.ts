import { between, type Dice } from './dice.ts'
import type { Fate, WireAnswer, WireCall } from './wire.ts'

/** How bad a side is just now; each from 0 to 1. */
interface Rates {
  refuse: number
  loseBefore: number
  loseAfter: number
}

export interface Network {
  fateOf(call: WireCall): Fate
  /** From now on; without rates all is well. */
  set(side: WireCall['side'], rates?: Rates): void
}

const LATENCY_MS = { kube: { from: 1, to: 10 }, arm: { from: 20, to: 150 } }

/** Draws what becomes of each request. `count` hears of every fault. */
export function createNetwork(dice: Dice, count: (fault: string) => void): Network {
  const rates: Partial<Record<WireCall['side'], Rates>> = {}

  function fault({ side, resource, isWrite, verb }: WireCall): Pick<Fate, 'refuse' | 'lose'> {
    const rate = rates[side]
    if (!rate || resource === 'events') return {}
    const random = dice.of(`${side} network`)
    if (random.chance(rate.refuse)) {
      const refuse = side === 'kube' ? kubeRefusal(random.pick(KUBE_REFUSALS), isWrite) : random.pick(ARM_REFUSALS)
      count(`${side} ${refuse.status}`)
      return { refuse }
    }
    if (random.chance(rate.loseBefore)) return lost(side, 'before')
    return random.chance(rate.loseAfter) && verb !== 'watch' ? lost(side, 'after') : {}
  }

  function lost(side: WireCall['side'], lose: 'before' | 'after'): Pick<Fate, 'lose'> {
    count(`${side} reset ${lose} it is applied`)
    return { lose }
  }

  return {
    fateOf(call) {
      const { from, to } = LATENCY_MS[call.side]
      const random = dice.of('latency')
      return { outMs: between(random, from, to), backMs: between(random, from, to), ...fault(call) }
    },
    set(side, given) {
      if (given) rates[side] = given
      else delete rates[side]
    },
  }
}

const KUBE_REFUSALS: readonly [status: number, reason: string][] = [
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
  [409, 'Conflict'],
]

function kubeRefusal([status, reason]: readonly [number, string], isWrite: boolean): WireAnswer {
  // Nothing conflicts with a read.
  if (status === 409 && !isWrite) return kubeRefusal([503, 'ServiceUnavailable'], isWrite)
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: status,
    reason,
    message: `simulated ${reason}`,
  }
  return { status, headers: status === 429 ? { 'retry-after': '1' } : {}, text: JSON.stringify(body) }
}

function armRefusal(status: number, code: string, headers: Record<string, string> = {}): WireAnswer {
  const text = JSON.stringify({ error: { code, message: `simulated ${code}` } })
  return { status, headers: { 'content-type': 'application/json', ...headers }, text }
}

const ARM_REFUSALS: readonly WireAnswer[] = [
  armRefusal(429, 'TooManyRequests', { 'retry-after': '17' }),
  armRefusal(429, 'SubscriptionRequestsThrottled'),
  armRefusal(500, 'InternalServerError'),
  armRefusal(503, 'ServiceUnavailable', { 'retry-after': '5' }),
  armRefusal(409, 'OperationNotAllowed'),
  { status: 502, headers: { 'content-type': 'text/html' }, text: '<html><body>Bad Gateway</body></html>' },
]
