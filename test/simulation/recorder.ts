import type { Check, Complain, CreateCheck } from './checks/check.ts'
import { deletionChecks } from './checks/deletions.ts'
import { launchChecks } from './checks/launches.ts'
import { secretChecks } from './checks/secrets.ts'
import { waitingChecks } from './checks/waiting.ts'
import type { EvidenceKeeper } from './evidence.ts'
import type { WireAnswer, WireCall, WireTap } from './wire.ts'
import type { World } from './world.ts'

const CHECKS: CreateCheck[] = [launchChecks, deletionChecks, waitingChecks, secretChecks]

/** Everything that went on in one world, in order, and what of it must not have. */
export interface Recorder {
  tap: WireTap
  complain: Complain
  say(who: string, what: string): void
  /** Starts to watch the world; before that nothing goes on in it. */
  attach(world: World, evidence: EvidenceKeeper): void
  onStep(): void
  lines(): readonly string[]
  violations(): readonly string[]
  /** Requests of the time since the last call. */
  takeCalls(): WireCall[]
}

export function createRecorder(now: () => number): Recorder {
  const lines: string[] = []
  const violations: string[] = []
  let evidence: EvidenceKeeper | undefined
  let checks: Check[] = []
  let calls: WireCall[] = []

  function say(who: string, what: string): void {
    lines.push(`${(now() / 1000).toFixed(3).padStart(9)}  ${who.padEnd(8)} ${what}`)
  }

  function complain(number: string, what: string): void {
    const violation = `${number}: ${what}`
    if (violations.includes(violation)) return
    violations.push(violation)
    say('VIOLATED', violation)
  }

  return {
    tap: {
      onArrival(call) {
        for (const check of checks) check.onArrival?.(call)
      },
      onAnswer(call, answer) {
        calls.push(call)
        if (call.isWrite || isTelling(call)) say(call.process, told(call, answer))
        for (const check of checks) check.onAnswer?.(call, answer)
        evidence?.onAnswer(call, answer)
      },
    },
    complain,
    say,
    attach(world, keeper) {
      evidence = keeper
      checks = CHECKS.map((create) => create(keeper, complain))
      world.history.onChange((change) => {
        for (const check of checks) check.onChange?.(change)
      })
    },
    onStep() {
      for (const check of checks) check.onTime?.()
    },
    lines: () => lines,
    violations: () => violations,
    takeCalls() {
      const taken = calls
      calls = []
      return taken
    },
  }
}

function isTelling({ side, verb }: WireCall): boolean {
  return side === 'arm' && verb === 'get'
}

function told({ side, verb, resource, name = '', body = '' }: WireCall, { status }: WireAnswer): string {
  const what = side === 'kube' && verb !== 'create' ? ` ${body.slice(0, 1_500)}` : ''
  return `${side} ${verb} ${resource} ${name} -> ${status}${what}`
}
