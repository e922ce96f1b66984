import type { ClaimKind } from './claim-kind.ts'
import { createEvidence, type Evidence } from './evidence.ts'
import { createProcesses, type Processes } from './processes.ts'
import { SETTINGS } from './provisioner.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createUser, type User } from './user.ts'
import { createWorld, START_MS, type World, type WorldOptions } from './world.ts'

/** A world with everybody who acts in it and everybody who watches it. No process runs yet. */
export interface Stage {
  world: World
  user: User
  processes: Processes
  evidence: Evidence
  recorder: Recorder
  /** Plays on until so long after the beginning. */
  until(ms: number): Promise<void>
}

export async function openStage(
  kind: ClaimKind,
  options: Omit<WorldOptions, 'kind' | 'settings' | 'tap'>,
): Promise<Stage> {
  let time = { now: () => START_MS }
  const recorder = createRecorder(() => time.now() - START_MS)
  const settings = SETTINGS
  const world = await createWorld({ ...options, kind: kind.kind, settings, tap: recorder.tap })
  ;({ time } = world)
  const { history, azure } = world
  const evidence = createEvidence({ kind, settings, history, azure, now: world.time.now })
  recorder.attach(world, evidence)
  const user = createUser({ world, evidence, say: (what) => recorder.say('user', what) })
  history.onChange(user.attend)
  const processes = createProcesses(world, evidence, (what) => recorder.say('process', what))
  const until = (ms: number) => world.time.runUntil(START_MS + ms, recorder.onStep)
  return { world, user, processes, evidence, recorder, until }
}
