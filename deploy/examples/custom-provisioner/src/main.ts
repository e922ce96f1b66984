import { runProvisioner } from '@kaito/claim-lifecycle'
import { settingsOrExit } from '@kaito/controller-kit'
import { readConfig } from './config.ts'
import { INVENTORY_PROVISIONER } from './inventory-provisioner.ts'
import { createStaticInventory } from './static-inventory.ts'

const { name } = INVENTORY_PROVISIONER
const settings = settingsOrExit(name, readConfig)

await runProvisioner({
  provisioner: settings.provisioner,
  settings,
  createCloud: (surroundings) =>
    createStaticInventory({ ...surroundings, provisioner: name, place: settings.inventory }),
})
