import { realClock } from '@kaito/azure-emulator'
import { z } from 'zod'
import type { NodeProcess } from '../harness/child-process.ts'
import type { KubeHttp } from '../harness/kube-http.ts'
import { createManifest, readManifests } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import type { Look } from './follower.ts'
import type { Narrator } from './narrator.ts'

const EXAMPLE = 'deploy/examples/inference-phi-3-mini.yaml'
const QUESTION = 'What is Kubernetes?'
/** Azure needs minutes; its emulation runs this much faster, and bills in its own time. */
const SPEED = 40
const AZURE_MINUTES = { createSeconds: 240, nodeJoinSeconds: 20, deleteSeconds: 120 }
const LEASES = ['kaito-workspace', 'gpu-provisioner'].map(
  (namespace) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
)

const leasesSchema = z.object({
  items: z.array(z.object({ spec: z.object({ holderIdentity: z.string().optional() }) })),
})
const conditionsSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]) })
    .default({ conditions: [] }),
})

/** Starts everything that the demo shows; `stop` ends it. */
export function startEverything(narrator: Narrator): Promise<TestBed> {
  return narrator.step(
    'Start an embedded Kubernetes API server, an emulated Azure and both controllers',
    async (progress) => {
      const bed = await startTestBed({ azure: { ...AZURE_MINUTES, clock: realClock(SPEED) } })
      try {
        progress('API server and Azure answer; the controllers start')
        const processes = [bed.start('workspace-controller'), bed.start('gpu-provisioner')]
        const ended = Promise.race(processes.map((child) => child.exited.then((how) => fail(child, how))))
        const leading = Promise.all(LEASES.map((path) => until(`a holder in ${path}`, () => isHeld(bed.kube, path))))
        await Promise.race([leading, ended])
        ended.catch(() => undefined)
        return bed
      } catch (error) {
        await bed.stop()
        throw error
      }
    },
    ({ cluster, azure }) => `Kubernetes on ${cluster.url}, Azure on ${azure.url}`,
  )
}

function fail({ name, tail }: NodeProcess, how: number | string): never {
  throw new Error(`${name} ended (${how}): ${tail}`)
}

async function isHeld(kube: KubeHttp, path: string): Promise<boolean> {
  const { items } = leasesSchema.parse(JSON.parse((await kube.ask(path)).text))
  return items.some(({ spec }) => (spec.holderIdentity ?? '') !== '')
}

/** Applies the example and follows it until the model answers; returns the Workspace's path. */
export async function serveModel(narrator: Narrator, { kube }: TestBed, look: Look): Promise<string> {
  const [workspace] = await readManifests(EXAMPLE)
  if (!workspace) throw new Error(`${EXAMPLE} is empty`)
  const { name } = workspace.metadata
  const path = await narrator.step(`Apply ${EXAMPLE}`, async () => {
    const { status, text, path } = await createManifest(kube, workspace)
    if (status !== 201) throw new Error(`the API server refused it: ${text}`)
    return path
  })
  await narrator.step('Wait until the model is served', (progress) =>
    until(
      'WorkspaceReady',
      async () => {
        await look(progress)
        return isTrue(kube, path, 'WorkspaceReady')
      },
      { withinMs: 50_000, everyMs: 100 },
    ),
  )
  narrator.screen(`kubectl get workspace ${name}`, await kube.table(path))
  narrator.screen(`kubectl get service ${name}`, await kube.table(`/api/v1/namespaces/default/services/${name}`))
  return path
}

async function isTrue(kube: KubeHttp, path: string, type: string): Promise<boolean> {
  const { status } = conditionsSchema.parse(JSON.parse((await kube.ask(path)).text))
  return status.conditions.some((condition) => condition.type === type && condition.status === 'True')
}

const servicePath = (workspacePath: string) =>
  `/api/v1/namespaces/default/services/${workspacePath.split('/').at(-1)}:80/proxy`

/** Asks the model one question through the Service. */
export async function chat(narrator: Narrator, { kube }: TestBed, workspacePath: string): Promise<void> {
  const answer = await narrator.step(
    `Ask the model through the Service: POST /chat {"prompt":"${QUESTION}"}`,
    async () => {
      const { status, text } = await kube.ask(`${servicePath(workspacePath)}/chat`, {
        method: 'POST',
        body: { prompt: QUESTION },
      })
      if (status !== 200) throw new Error(`the Service answered ${status}: ${text}`)
      return text
    },
  )
  narrator.say(answer, { answer })
}

interface Served {
  workspacePath: string
  look: Look
}

/** Deletes the Workspace and reads from Azure's own ledger that nothing is left to pay. */
export async function giveBack(narrator: Narrator, bed: TestBed, { workspacePath, look }: Served): Promise<void> {
  const { kube, azure } = bed
  await narrator.step('Delete the Workspace, and wait until it is gone', async (progress) => {
    const { status, text } = await kube.ask(workspacePath, { method: 'DELETE' })
    if (status !== 200) throw new Error(`the deletion was refused: ${text}`)
    await until(
      'the Workspace is gone',
      async () => {
        await look(progress)
        return (await kube.ask(workspacePath)).status === 404
      },
      { everyMs: 100 },
    )
  })
  const bills = azure.ledger.intervals().filter(({ gpusPerMachine }) => gpusPerMachine > 0)
  const live = azure.ledger.livePools().filter((pool) => bills.some((bill) => bill.pool === pool))
  narrator.screen("Azure's ledger (emulated; its minutes, not yours)", [
    ['POOL', 'SIZE', 'GPUS', 'BILLED FROM', 'BILLED TO', 'GPU MINUTES'],
    ...bills.map(({ pool, vmSize, gpusPerMachine, machines, from, to }) => {
      const cost = azure.ledger.gpuMinutes(pool).toFixed(1)
      return [pool, vmSize, String(gpusPerMachine * machines), from, to ?? 'now', cost]
    }),
  ])
  if (bills.length !== 1 || live.length > 0) {
    throw new Error(
      `one agent pool was expected, and gone; the ledger has ${bills.length}, still billing: ${live.join(', ')}`,
    )
  }
  const gpuMinutes = azure.ledger.gpuMinutes(bills[0]?.pool)
  narrator.say(`Nothing is left: the agent pool is gone, and cost ${gpuMinutes.toFixed(1)} GPU minutes.`, {
    gpuMinutes,
  })
}
