import { parse, YAMLParseError } from 'yaml'
import { type Host, readHost } from './host.ts'

/** What people say which hosts there are. */
export interface Inventory {
  /** By name. */
  hosts: readonly Host[]
  /** What of it cannot be used, each with host and field; the other hosts are in use all the same. */
  faults: readonly string[]
}

/** Reads the data of an inventory: one entry for each host, under the name of its Node, in YAML. */
export function readInventory(data: Record<string, string> = {}): Inventory {
  const hosts: Host[] = []
  const faults: string[] = []
  const gpusOf = new Map<string, { gpus: number; first: string }>()
  for (const [name, text] of Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const host = readEntry(name, text)
    if ('fault' in host) {
      faults.push(host.fault)
      continue
    }
    const { instanceType, gpus } = host
    const known = gpusOf.get(instanceType) ?? { gpus, first: name }
    gpusOf.set(instanceType, known)
    if (known.gpus === gpus) hosts.push(host)
    else
      faults.push(`host ${name}: gpus: it has ${gpus}, and ${known.first} of the same instanceType has ${known.gpus}`)
  }
  return { hosts, faults }
}

function readEntry(name: string, text: string): Host | { fault: string } {
  try {
    return readHost(name, parse(text))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    return { fault: `host ${name}: is no YAML: ${error.message.split('\n')[0]}` }
  }
}
