import type { Evidence } from './evidence.ts'
import type { World } from './world.ts'

/** Who runs the provisioner: one process as a rule, at times none or two. */
export interface Processes {
  start(): void
  /** The oldest process dies; another one starts after so long. */
  crash(downMs: number): void
  /** Another process runs beside the first, which dies after so long. */
  secondLeader(ms: number): void
  /** The process stands still while another takes over; it then goes on for a moment before it notices and dies. */
  pauseAndReplace(ms: number): void
  /** Exactly one process, and it runs. */
  calm(): void
}

/** A process that has lost its lease ends within this time. */
const NOTICED_MS = 2_000
const RESTART_MS = 1_000

export function createProcesses(world: World, evidence: Evidence, say: (what: string) => void): Processes {
  const { time } = world
  let restartMs = RESTART_MS
  let isCalm = false

  world.onDeath((life) => {
    say(`${life.name} dies`)
    evidence.disturbed()
    const downMs = restartMs
    restartMs = RESTART_MS
    if (world.living().length > 0) return
    evidence.disturbed(time.now() + downMs)
    time.after(downMs, () => world.living().length === 0 && start())
  })

  function start(): void {
    evidence.disturbed()
    say(`${world.startProcess().name} starts`)
  }

  function calm(): void {
    isCalm = true
    const [newest, ...others] = world.living().toReversed()
    newest?.resume()
    for (const life of others) life.kill()
    if (!newest) start()
  }

  return {
    start,
    crash(downMs) {
      restartMs = downMs
      world.living()[0]?.kill()
    },
    secondLeader(ms) {
      const [first] = world.living()
      if (!first || isCalm) return
      start()
      evidence.disturbed(time.now() + ms)
      time.after(ms, first.kill)
    },
    pauseAndReplace(ms) {
      const [first] = world.living()
      if (!first || isCalm) return
      say(`${first.name} stands still`)
      first.pause()
      start()
      evidence.disturbed(time.now() + ms + NOTICED_MS)
      time.after(ms, () => {
        say(`${first.name} goes on`)
        first.resume()
        time.after(NOTICED_MS, first.kill)
      })
    },
    calm,
  }
}
