import { CONFIG_MAPS, type EventRecorder, type KubeClient, type Logger } from '@kaito/controller-kit'
import { type Inventory, readInventory } from './inventory.ts'

/** Where the inventory is kept; read anew each time, for people change it. */
export interface InventorySource {
  /** Undefined while there is none. */
  read(signal: AbortSignal): Promise<Inventory | undefined>
  /** GPUs of a machine of that size, as last read. */
  gpusOf(instanceType: string): number | undefined
}

interface Options {
  client: KubeClient
  /** Of the ConfigMap. */
  place: { namespace: string; name: string }
  events: EventRecorder
  log: Logger
}

export function createInventorySource({ client, place, events, log }: Options): InventorySource {
  let last: Inventory = { hosts: [], faults: [] }

  return {
    async read(signal) {
      const stored = await client.get(CONFIG_MAPS, place, { signal })
      if (!stored) return undefined
      const inventory = readInventory(stored.data)
      for (const fault of inventory.faults.filter((one) => !last.faults.includes(one))) {
        log.error({ fault, inventory: `${place.namespace}/${place.name}` }, 'a host of the inventory is left out')
        const object = { ...stored, apiVersion: 'v1', kind: 'ConfigMap' }
        events.record(object, { type: 'Warning', reason: 'InvalidHost', message: `${fault}; it is left out` })
      }
      last = inventory
      return inventory
    },
    gpusOf: (instanceType) => last.hosts.find((host) => host.instanceType === instanceType)?.gpus,
  }
}
