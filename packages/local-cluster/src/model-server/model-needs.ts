import type { Container } from '../objects/pod.ts'

interface ModelNeeds {
  gpus: number
  /** The container port it serves on. */
  port: number
}

const GPU = 'nvidia.com/gpu'
const DEFAULT_PORT = 5000
const LAUNCHERS = ['accelerate launch', 'torchrun']

/** What a real model image needs to start a program: a launcher that runs it and at least one GPU. */
export function modelNeeds(
  { resources, ports = [] }: Container,
  command: string[],
  program: 'inference_api.py' | 'fine_tuning.py',
): ModelNeeds | { missing: string } {
  const line = command.join(' ')
  const gpus = Number(resources?.limits?.[GPU] ?? 0)
  if (!LAUNCHERS.some((launcher) => line.includes(launcher))) {
    return { missing: `its command has to run "${LAUNCHERS.join('" or "')}", but is "${line}"` }
  }
  if (!line.includes(program)) return { missing: `its command does not name ${program}: "${line}"` }
  if (!(gpus >= 1)) return { missing: `it needs a GPU, but the container's limit of ${GPU} is ${gpus}` }
  return { gpus, port: ports[0]?.containerPort ?? DEFAULT_PORT }
}
