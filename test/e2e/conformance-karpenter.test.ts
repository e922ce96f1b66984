import { expect, onTestFinished, test } from 'vitest'
import { checkBackend } from '../conformance/testing/check-backend.ts'
import { startKarpenter } from '../harness/karpenter.ts'
import { startTestBed } from '../harness/test-bed.ts'

test("Karpenter's own core does what the checklist says", { timeout: 240_000 }, async () => {
  const bed = await startTestBed()
  onTestFinished(() => bed.stop())
  await using karpenter = await startKarpenter({ ...bed, nodeRegistrationDelay: '2s' })
  const { group, kind, name } = karpenter.nodeClassRef
  const { failed, needless, passed, left, text } = await checkBackend([
    ...['--kubeconfig', bed.kubeconfigPath, '--kind', 'nodeclaim', '--class', `${group}/${kind}/${name}`],
    ...['--instance-type', 'Standard_NC24ads_A100_v4', '--unavailable-class', 'missing', '--timeout-minutes', '1'],
    ...['--exceptions', 'test/conformance/exceptions/karpenter-kwok.yaml'],
  ])
  expect(failed, `${text}\n${await karpenter.tail()}`).toEqual([])
  expect(needless).toEqual([])
  expect(passed.length, text).toBeGreaterThanOrEqual(35)
  expect(left).toEqual([])
})
