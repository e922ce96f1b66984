import { MODEL_CONFINEMENT, modelAccess } from './model-image.ts'
import type { Preset } from './preset.ts'

export interface TuningContainerOptions {
  preset: Preset
  /** The user's image for a private preset, otherwise the public one. */
  image: string
  /** GPUs of the node, all of which the trainer gets. */
  gpus: number
}

/** The trainer's container without its volumes, as Kubernetes' container JSON. */
export interface TuningContainer {
  name: string
  image: string
  command: string[]
  env: { name: string; value: string }[]
  ports: { name: string; containerPort: number }[]
  resources: { requests: Record<string, string>; limits: Record<string, string> }
  terminationMessagePolicy: 'FallbackToLogsOnError'
  securityContext: Record<string, unknown>
}

export const TRAINER = 'trainer'
/** Two programs of one container need a shell; this text is the same for everyone, what differs comes as environment. */
const START = 'python3 metrics_server.py & exec accelerate launch --num_processes="$NUM_PROCESSES" fine_tuning.py'
/** The trainer's library does not know which parts of these models an adapter changes. */
const PHI_3_MODULES = 'k_proj,q_proj,v_proj,o_proj,gate_proj,down_proj,up_proj'

/** Trains in one process on each GPU, beside a small server of metrics; it ends, and with it the container, as the training does. */
export function tuningContainer({ preset, image, gpus }: TuningContainerOptions): TuningContainer {
  return {
    name: TRAINER,
    image,
    command: ['/bin/sh', '-c', START],
    env: environment({
      NUM_PROCESSES: String(gpus),
      PYTORCH_CUDA_ALLOC_CONF: 'expandable_segments:True',
      ...(preset.family === 'Phi-3' && { DEFAULT_TARGET_MODULES: PHI_3_MODULES }),
    }),
    ...modelAccess(gpus),
    ...MODEL_CONFINEMENT,
  }
}

function environment(variables: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(variables)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
