import type { CloudSurroundings } from '@kaito/claim-lifecycle'
import type { CloudProvider } from '@kaito/cloud-provider'
import type { Controller } from '@kaito/controller-kit'
import { createAssignmentStore } from './assignments/assignment-store.ts'
import { createHostKeeper } from './hosts/host-keeper.ts'
import { createInventorySource } from './inventory/inventory-source.ts'
import { createInventoryCloud } from './inventory-cloud.ts'

interface Options extends CloudSurroundings {
  /** Name of the provisioner. */
  provisioner: string
  /** Of the ConfigMap with the hosts. */
  place: { namespace: string; name: string }
}

/** The cloud of machines that are there, and what looks after their Nodes. */
export function createStaticInventory(options: Options): { cloud: CloudProvider; controllers: Controller[] } {
  const { client, place } = options
  const listeners: (() => void)[] = []
  const store = createAssignmentStore({ client, place: { ...place, name: `${place.name}-claims` } })
  const inventory = createInventorySource(options)
  const onAssigned = () => listeners.forEach((listener) => void listener())
  return {
    cloud: createInventoryCloud({ ...options, store, inventory, onAssigned }),
    controllers: [createHostKeeper({ ...options, store, onAssigned: (listener) => void listeners.push(listener) })],
  }
}
