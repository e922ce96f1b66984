import { expect, test } from 'vitest'
import { checkBackend } from '../conformance/testing/check-backend.ts'
import { InventoryScenario, SIZE } from './inventory-scenario.ts'

/** As many as the program has at a time, and one for a claim whose host is not back yet. */
const HOSTS = ['gpu-host-1', 'gpu-host-2', 'gpu-host-3', 'gpu-host-4']

test('the conformance program finds that the provisioner to copy serves a NodeClaim as documented', async () => {
  await using scenario = await InventoryScenario.start(HOSTS)
  for (const host of HOSTS) await scenario.join(host)
  const { failed, passed, left, text } = await checkBackend([
    ...['--kubeconfig', scenario.bed.kubeconfigPath, '--kind', 'nodeclaim', '--timeout-minutes', '1'],
    ...['--class', 'inventory.kaito.sh/HostInventory/default', '--instance-type', SIZE],
    ...['--exceptions', 'test/conformance/exceptions/custom-provisioner.yaml'],
  ])
  expect(failed, text).toEqual([])
  expect(passed.length, text).toBeGreaterThanOrEqual(28)
  expect(left).toEqual([])
  await scenario.takes({})
})
