/** How `torchrun` spreads a model over machines. */
export interface TorchLaunch {
  nodes: number
  rank: number
  leader: { host: string; port: number }
}

interface LaunchFacts {
  command: string[]
  /** Name of the pod; one of a StatefulSet ends in its ordinal. */
  podName: string
  gpus: number
  hasSharedMemory: boolean
}

const DEFAULT_PORT = 29500
/** Processes among which the weights of a Llama 2 model are split, by its size. */
const WHOLE: Record<string, number> = { '7b': 1, '13b': 2, '70b': 8 }

/** Reads the flags of `torchrun` and checks them as the model image would notice; undefined for another launcher. */
export function torchLaunch(facts: LaunchFacts, model: string): TorchLaunch | { missing: string } | undefined {
  const words = facts.command.flatMap((word) => word.split(/\s+/))
  if (!words.some((word) => word === 'torchrun')) return undefined
  const flags = flagsOf(words)
  const nodes = Number(flags.get('nnodes') ?? 1)
  const processes = Number(flags.get('nproc_per_node') ?? 1)
  const missing =
    countFault({ nodes, processes, gpus: facts.gpus, model }) ??
    memoryFault(nodes * processes, facts.hasSharedMemory) ??
    (nodes > 1 ? groupFault(flags, facts.podName) : undefined)
  if (missing !== undefined) return { missing }
  const [host = '', port] = (flags.get('rdzv_endpoint') ?? '').split(':')
  return { nodes, rank: Number(flags.get('node_rank') ?? 0), leader: { host, port: Number(port ?? DEFAULT_PORT) } }
}

/** Flags with their values, as `--name=value` or `--name value`. */
function flagsOf(words: string[]): Map<string, string> {
  const flags = new Map<string, string>()
  words.forEach((word, position) => {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? []
    if (name !== undefined) flags.set(name.replaceAll('-', '_'), value ?? words[position + 1] ?? '')
  })
  return flags
}

interface Counts {
  nodes: number
  processes: number
  gpus: number
  model: string
}

function countFault({ nodes, processes, gpus, model }: Counts): string | undefined {
  if (!Number.isInteger(nodes) || nodes < 1) return '--nnodes has to be a whole number from 1'
  if (!Number.isInteger(processes) || processes < 1) return '--nproc_per_node has to be a whole number from 1'
  if (processes > gpus) return `--nproc_per_node is ${processes}, but the container has ${gpus} GPUs`
  const [, size = ''] = /llama-2-(\d+b)/.exec(model) ?? []
  const whole = WHOLE[size]
  if (whole === undefined || nodes * processes === whole) return undefined
  return `its weights are made for ${whole} processes, but --nnodes=${nodes} times --nproc_per_node=${processes} is ${nodes * processes}`
}

function memoryFault(processes: number, hasSharedMemory: boolean): string | undefined {
  if (processes === 1 || hasSharedMemory) return undefined
  return `its ${processes} processes need shared memory, but nothing is mounted at /dev/shm`
}

/** Several machines have to be the pods of one StatefulSet, led by its first. */
function groupFault(flags: Map<string, string>, podName: string): string | undefined {
  const [, set, ordinal] = /^(.*)-(\d+)$/.exec(podName) ?? []
  if (set === undefined || ordinal === undefined) return `pod ${podName} is none of a StatefulSet's`
  const rank = flags.get('node_rank')
  if (rank !== ordinal) return `--node_rank is "${rank ?? ''}", but this is pod ${podName}`
  for (const name of ['master_addr', 'rdzv_endpoint']) {
    const host = (flags.get(name) ?? '').split(':')[0] ?? ''
    if (host.split('.')[0] !== `${set}-0` || !host.includes('.')) {
      return `--${name} has to name pod ${set}-0 through the set's headless Service, but is "${host}"`
    }
  }
  return undefined
}
