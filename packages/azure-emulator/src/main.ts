import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAzureEmulator } from './azure-emulator.ts'
import { realClock } from './clock/clock.ts'
import { readConfig } from './config.ts'

const { flags, settings } = readConfig(process.argv.slice(2))
const emulator = await startAzureEmulator({
  ...settings,
  host: flags.host,
  port: flags.port,
  clock: realClock(flags.speed),
  ...(flags.kubeconfig && { nodes: { kubeconfig: readFileSync(flags.kubeconfig, 'utf8') } }),
  onProblem: (problem) => process.stderr.write(`${problem}\n`),
})
const caFile = flags.caFile ?? join(mkdtempSync(join(tmpdir(), 'azure-emulator-')), 'ca.pem')
writeFileSync(caFile, emulator.ca)

const { subscriptionId, resourceGroup, cluster, location, tenantId, clientId } = emulator.settings()
const ready = JSON.stringify({
  url: emulator.url,
  caFile,
  subscriptionId,
  resourceGroup,
  cluster,
  location,
  tenantId,
  clientId,
})
if (flags.stateFile) writeFileSync(flags.stateFile, `${ready}\n`)
process.stdout.write(`${ready}\n`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void emulator.stop().then(() => process.exit()))
}
