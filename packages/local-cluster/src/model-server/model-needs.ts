import type { Container } from '../objects/pod.ts'

type ModelNeeds = { missing: string } | { serves: 'inference' | 'tuning'; gpus: number; port: number }

const GPU = 'nvidia.com/gpu'
const DEFAULT_PORT = 5000
const LAUNCHERS = ['accelerate launch', 'torchrun']
const ENTRIES = ['inference_api.py', 'fine_tuning.py']

/** Checks what a real model image needs to start: its command line and at least one GPU. */
export function modelNeeds({ command = [], args = [], resources, ports = [] }: Container): ModelNeeds {
  const line = [...command, ...args].join(' ')
  const gpus = Number(resources?.limits?.[GPU] ?? 0)
  if (!LAUNCHERS.some((launcher) => line.includes(launcher))) {
    return { missing: `its command has to run "${LAUNCHERS.join('" or "')}", but is "${line}"` }
  }
  const entry = ENTRIES.find((file) => line.includes(file))
  if (entry === undefined) return { missing: `its command names neither ${ENTRIES.join(' nor ')}: "${line}"` }
  if (!(gpus >= 1)) return { missing: `it needs a GPU, but the container's limit of ${GPU} is ${gpus}` }
  const port = ports[0]?.containerPort ?? DEFAULT_PORT
  return { serves: entry === 'fine_tuning.py' ? 'tuning' : 'inference', gpus, port }
}
