import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkBackend } from '../conformance/testing/check-backend.ts'
import { startApiGate } from '../harness/api-gate.ts'
import { NodeProcess } from '../harness/child-process.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'

const SOLD_OUT = 'Standard_NC48ads_A100_v4'
const EXCEPTIONS = ['--exceptions', 'test/conformance/exceptions/gpu-provisioner.yaml']
const FOR_KIND = { nodeclaim: ['--class', 'kaito.sh/KaitoNodeClass/default'], machine: [] }
/** Items about GPUs that are missing, which is over before it is said where the device plugin is quick. */
const GPUS_MAY_BE_FAST = ['M23', 'N20']
type Kind = keyof typeof FOR_KIND

const argumentsFor = ({ bed }: ClaimScenario, kind: Kind) => [
  ...['--kubeconfig', bed.kubeconfigPath, '--kind', kind, ...FOR_KIND[kind], ...EXCEPTIONS],
  ...['--instance-type', 'Standard_NC24ads_A100_v4'],
]

/** A provisioner that gives up on nothing before the program has seen it. */
const startScenario = () =>
  ClaimScenario.start({
    azure: { capacities: [{ vmSize: SOLD_OUT, available: 0 }] },
    env: { REGISTRATION_DEADLINE_MINUTES: '15', INITIALIZATION_DEADLINE_MINUTES: '15' },
  })

/** Objects of a run that are still there; Nodes and agent pools count whoever made them. */
async function leftOvers(scenario: ClaimScenario): Promise<string[]> {
  const { kube } = scenario.bed
  const texts = await Promise.all(RUN_KINDS.map((path) => kube.ask(`${path}?labelSelector=conformance.kaito.sh/run`)))
  const objects = texts.flatMap(({ text }) =>
    [...text.matchAll(/"name":"(c[a-z0-9]{6,12})"/g)].map(([, name = '']) => name),
  )
  const nodes = (await scenario.nodes()).map(({ metadata }) => metadata.name)
  return [...objects, ...nodes, ...scenario.livePools()]
}

const RUN_KINDS = [
  '/apis/karpenter.sh/v1/nodeclaims',
  '/apis/karpenter.sh/v1alpha5/machines',
  '/api/v1/pods',
  '/apis/storage.k8s.io/v1/volumeattachments',
]

describe.concurrent('the conformance program', () => {
  test.each<Kind>(['nodeclaim', 'machine'])(
    'finds that the gpu-provisioner serves a %s as documented',
    async (kind) => {
      await using scenario = await startScenario()
      const { failed, needless, passed, left, text } = await checkBackend([
        ...argumentsFor(scenario, kind),
        ...['--timeout-minutes', '1'],
      ])
      expect(failed, text).toEqual([])
      expect(
        needless.filter((item) => !GPUS_MAY_BE_FAST.includes(item)),
        text,
      ).toEqual([])
      expect(passed.length, text).toBeGreaterThanOrEqual(kind === 'machine' ? 19 : 31)
      expect(left).toEqual([])
      expect(await leftOvers(scenario)).toEqual([])
    },
  )

  test('finds what a backend does otherwise, and says what it means', async () => {
    await using scenario = await startScenario()
    const soldOut = ['--unavailable-instance-type', SOLD_OUT, '--timeout-minutes', '0.1']
    const { findings } = await checkBackend([...argumentsFor(scenario, 'nodeclaim'), ...soldOut, '--items', 'N11'])
    expect(findings).toMatchObject([
      { item: 'N11', result: 'differs', detail: expect.stringMatching(/the claim stayed/) },
    ])
    const without = argumentsFor(scenario, 'nodeclaim').filter((word) => !EXCEPTIONS.includes(word))
    const { text, failures } = await checkBackend([...without, ...soldOut, '--items', 'N11'])
    expect(failures).toBe(1)
    expect(text).toMatch(/N11 {2}fail .*\n.*→ a scheduler never tries another size/)
  })

  test('takes away what it made when it is stopped, however late it reaches the API server again', async () => {
    await using scenario = await startScenario()
    await using gate = await startApiGate(scenario.bed)
    const program = new NodeProcess({
      name: 'conformance',
      script: 'test/conformance/main.ts',
      args: [...argumentsFor(scenario, 'nodeclaim'), '--kubeconfig', gate.kubeconfigPath],
      logFile: join(scenario.bed.folder, 'conformance.log'),
    })
    await until('an agent pool is made', () => scenario.livePools().length > 0)
    gate.shut()
    const ended = program.kill('SIGINT')
    await until('it says what keeps it', () => /cannot be reached, still trying/.test(program.tail))
    gate.open()
    expect(await ended).toBe(1)
    expect(program.tail).toMatch(/stopping: what was made is taken away first/)
    expect(await leftOvers(scenario)).toEqual([])
  })
})
