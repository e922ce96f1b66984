import type { Answer, Evidence, Life, LifeName, PoolLife } from './evidence.ts'
import { notApplicable, unless, type Verdict } from './verdict.ts'

/** One statement about a backend. */
export interface Item {
  number: string
  /** The statement in short. */
  says: string
  /** What it means for users when it does not hold. */
  matters: string
  /** What has to be played for it; nothing where it cannot be checked from outside. */
  needs: LifeName | 'pool' | 'answers' | undefined
  judge(evidence: Evidence): Verdict
}

type Words = [number: string, says: string, matters: string]

/** About the life of one claim. */
export function aboutLife(
  life: LifeName,
  [number, says, matters]: Words,
  judge: (life: Life, evidence: Evidence) => Verdict,
): Item {
  return {
    number,
    says,
    matters,
    needs: life,
    judge(evidence) {
      const found = evidence.lives[life]
      return found ? judge(found, evidence) : notApplicable(evidence.missing[life] ?? 'it was not played')
    },
  }
}

/** About a static NodePool. */
export function aboutPool([number, says, matters]: Words, judge: (pool: PoolLife) => Verdict): Item {
  return {
    number,
    says,
    matters,
    needs: 'pool',
    judge: ({ pool, missing }) => (pool ? judge(pool) : notApplicable(missing.pool ?? 'it was not played')),
  }
}

/** About what the API server accepts and refuses. */
export function aboutAnswers([number, says, matters]: Words): Item {
  return {
    number,
    says,
    matters,
    needs: 'answers',
    judge({ answers, pool, missing }) {
      const own = [...answers, ...(pool ? [pool.removal] : [])].filter(({ item }) => item === number)
      if (own.length === 0) return notApplicable(missing.answers ?? 'it was not asked')
      return unless(...own.map(faultOf))
    },
  }
}

function faultOf({ what, expected, got, fault, message }: Answer): string | undefined {
  if (got !== expected) return `${what} was ${got}: ${message}`
  return fault && `${what}: ${fault}`
}

/** One that nobody can see from outside of a backend that lives. */
export function unseen(number: string, says: string, reason: string): Item {
  return { number, says, matters: '', needs: undefined, judge: () => notApplicable(reason) }
}
