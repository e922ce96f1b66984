import { runProvisioner } from '@kaito/claim-lifecycle'
import { createAzureCloud, createCredential } from '@kaito/cloud-azure'
import { settingsOrExit } from '@kaito/controller-kit'
import { createAzureMetrics } from './azure-metrics.ts'
import { readConfig } from './config.ts'
import { GPU_PROVISIONER } from './gpu-provisioner.ts'

const settings = settingsOrExit(GPU_PROVISIONER.name, readConfig)

await runProvisioner({
  provisioner: GPU_PROVISIONER,
  settings,
  createCloud: ({ clock, random, log, metrics }) => {
    const credential = createCredential(settings.credential)
    const shared = { clock, random, log, metrics }
    return { cloud: createAzureCloud({ ...shared, ...settings.azure, ...createAzureMetrics(metrics), credential }) }
  },
})
