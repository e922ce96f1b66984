import { expect, onTestFinished, test } from 'vitest'
import { conformance } from '../conformance/conformance.ts'
import { readOptions } from '../conformance/options.ts'
import { startKarpenter } from '../harness/karpenter.ts'
import { startTestBed } from '../harness/test-bed.ts'

test("Karpenter's own core does what the checklist says", { timeout: 240_000 }, async () => {
  const bed = await startTestBed()
  onTestFinished(() => bed.stop())
  await using karpenter = await startKarpenter({ ...bed, nodeRegistrationDelay: '2s' })
  const options = readOptions([
    ...[
      '--kubeconfig',
      bed.kubeconfigPath,
      '--kind',
      'nodeclaim',
      '--class',
      'karpenter.kwok.sh/KWOKNodeClass/default',
    ],
    ...['--instance-type', 'Standard_NC24ads_A100_v4', '--unavailable-class', 'missing', '--timeout-minutes', '1'],
    ...['--exceptions', 'test/conformance/exceptions/karpenter-kwok.yaml'],
  ])
  if (!options) throw new Error('this asks for help')
  const { signal } = new AbortController()
  const { text, findings, left } = await conformance({ options, signal, tell: () => undefined })
  const items = (result: string) => findings.filter((found) => found.result === result).map(({ item }) => item)
  expect(items('fail'), `${text}\n${await karpenter.tail()}`).toEqual([])
  expect(text).not.toMatch(/listed as an exception, which it is not/)
  expect(items('pass').length, text).toBeGreaterThanOrEqual(33)
  expect(left).toEqual([])
})
