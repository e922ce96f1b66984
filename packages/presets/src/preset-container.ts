import { MODEL_CONFINEMENT, MODEL_PORT, modelAccess } from './model-image.ts'
import type { Preset } from './preset.ts'
import { type Spread, spreadFlags } from './spread.ts'

const LIVENESS_PERIOD_SECONDS = 10
const STARTUP_PERIOD_SECONDS = 5

export interface PresetContainerOptions {
  name: string
  preset: Preset
  /** The user's image for a private preset, otherwise the public one. */
  image: string
  /** GPUs of the node, all of which the model gets. */
  gpus: number
  /** Minutes that start-up may take; by default those of the preset. */
  timeoutMinutes?: number
  /** Where several nodes share the model; only for a preset that can be spread. */
  spread?: Spread
}

/** The model server's container, as Kubernetes' container JSON. */
export interface PresetContainer {
  name: string
  image: string
  command: string[]
  workingDir?: string
  ports: { name: string; containerPort: number }[]
  resources: { requests: Record<string, string>; limits: Record<string, string> }
  startupProbe: HttpProbe
  livenessProbe: HttpProbe
  readinessProbe: HttpProbe
  terminationMessagePolicy: 'FallbackToLogsOnError'
  securityContext: Record<string, unknown>
}

interface HttpProbe {
  httpGet: { path: string; port: number }
  periodSeconds: number
  timeoutSeconds: number
  failureThreshold: number
}

/** Image of a public preset; undefined for one whose image only its user can name. */
export function presetImage({ name, image }: Preset, registry: string): string | undefined {
  return image.access === 'public' ? `${registry}/kaito-${name}:${image.tag}` : undefined
}

/** Starts the server by argv, never through a shell: no text can become a command. */
export function presetContainer(options: PresetContainerOptions): PresetContainer {
  const { name, preset, image, gpus, timeoutMinutes = preset.readinessTimeoutMinutes } = options
  const { workingDir } = preset.inference
  return {
    name,
    image,
    command: command(options),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...modelAccess(gpus),
    // Large weights load for minutes: only start-up may take as long as the preset says, later a hang ends the server.
    startupProbe: healthProbe(STARTUP_PERIOD_SECONDS, (timeoutMinutes * 60) / STARTUP_PERIOD_SECONDS),
    livenessProbe: healthProbe(LIVENESS_PERIOD_SECONDS, 6),
    readinessProbe: healthProbe(LIVENESS_PERIOD_SECONDS, 1),
    ...MODEL_CONFINEMENT,
  }
}

function command({ preset, spread }: PresetContainerOptions): string[] {
  const { launcher, launcherFlags, program, modelFlags, distributed } = preset.inference
  const spreading = spread && distributed && spreadFlags(spread, distributed.worldSize)
  return [...launcher, ...flagArguments({ ...launcherFlags, ...spreading }), program, ...flagArguments(modelFlags)]
}

function healthProbe(periodSeconds: number, failureThreshold: number): HttpProbe {
  return { httpGet: { path: '/healthz', port: MODEL_PORT }, periodSeconds, timeoutSeconds: 5, failureThreshold }
}

function flagArguments(flags: Record<string, string | true>): string[] {
  return Object.keys(flags)
    .sort()
    .map((flag) => (flags[flag] === true ? `--${flag}` : `--${flag}=${flags[flag]}`))
}
