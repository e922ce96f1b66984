import { otherKaito } from '@kaito/api'
import { provisionerSettings, provisionerVariables } from '@kaito/claim-lifecycle'
import { readVariables } from '@kaito/controller-kit'
import { z } from 'zod'
import { INVENTORY_PROVISIONER } from './inventory-provisioner.ts'

const { name } = INVENTORY_PROVISIONER

const environment = z.object({
  // Machines name no backend: whoever wants them served from here says so, and has nobody else serve them.
  ...provisionerVariables({ name, servesMachines: false }),
  /** Name of the ConfigMap with the hosts, in the namespace of the lease. */
  INVENTORY_CONFIG_MAP: z.string().default('gpu-hosts'),
})

/** @throws Error that names every key which is missing or wrong. */
export function readConfig(given: Record<string, string | undefined> = process.env) {
  const env = readVariables(environment, given)
  const settings = provisionerSettings(env, { name, region: undefined })
  const { namespace } = settings.leaderElection
  return {
    ...settings,
    /** KAITO's own provisioner serves Machines too, and does not heed whose they are. */
    provisioner: {
      ...INVENTORY_PROVISIONER,
      ...(settings.serve.machines && { rivals: otherKaito('gpu-provisioner') }),
    },
    inventory: { namespace, name: env.INVENTORY_CONFIG_MAP },
  }
}
