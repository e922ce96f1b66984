import { type AgentPoolClassSpec, durationMs } from '@kaito/api'
import type { LifecycleSettings } from '../settings.ts'

/** The settings for claims of a class: its own deadlines, and those of the process where it has none. */
export function classSettings({ deadlines }: AgentPoolClassSpec, settings: LifecycleSettings): LifecycleSettings {
  if (!deadlines) return settings
  const { launch, registration, initialization, drain, termination } = deadlines
  const either = (own: string | undefined, general: number) => (own === undefined ? general : durationMs(own))
  return {
    ...settings,
    launchDeadlineMs: either(launch, settings.launchDeadlineMs),
    registrationDeadlineMs: either(registration, settings.registrationDeadlineMs),
    initializationDeadlineMs: either(initialization, settings.initializationDeadlineMs),
    drainDeadlineMs: either(drain, settings.drainDeadlineMs),
    terminationDeadlineMs: either(termination, settings.terminationDeadlineMs),
  }
}
