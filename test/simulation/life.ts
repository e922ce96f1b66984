import type { Clock } from '../../packages/controller-kit/src/index.ts'
import type { VirtualTime } from './virtual-time.ts'

/**
 * One run of a process, seen from outside. When it is killed nothing in it goes on: its timers do not fire and the
 * answers to its requests do not arrive. While it is paused both wait.
 */
export interface Life {
  readonly name: string
  /** The process's own clocks; its wall clock may have been set wrong. */
  readonly clock: Clock
  isDead(): boolean
  kill(): void
  pause(): void
  resume(): void
  jumpWallClock(ms: number): void
  /** Resolves when the process can go on; never once it is dead. */
  running(): Promise<void>
  /** Called once, at its death. */
  onDeath(listener: () => void): () => void
}

export function createLife(name: string, time: VirtualTime): Life {
  let state: 'running' | 'paused' | 'dead' = 'running'
  let wallOffset = 0
  let held: (() => void)[] = []
  const mourners = new Set<() => void>()

  function whenRunning(act: () => void): void {
    if (state === 'running') act()
    else if (state === 'paused') held.push(act)
  }

  function resume(): void {
    if (state !== 'paused') return
    state = 'running'
    const waiting = held
    held = []
    for (const act of waiting) whenRunning(act)
  }

  function kill(): void {
    if (state === 'dead') return
    state = 'dead'
    held = []
    for (const mourner of [...mourners]) mourner()
  }

  return {
    name,
    clock: {
      now: () => time.now() + wallOffset,
      monotonic: () => time.now(),
      after(ms, callback) {
        let cancelled = false
        const cancel = time.after(ms, () => whenRunning(() => cancelled || callback()))
        return () => {
          cancelled = true
          cancel()
        }
      },
    },
    isDead: () => state === 'dead',
    kill,
    pause: () => {
      if (state === 'running') state = 'paused'
    },
    resume,
    jumpWallClock: (ms) => {
      wallOffset += ms
    },
    running: () => (state === 'running' ? Promise.resolve() : new Promise((resolve) => whenRunning(resolve))),
    onDeath(listener) {
      mourners.add(listener)
      return () => void mourners.delete(listener)
    },
  }
}
