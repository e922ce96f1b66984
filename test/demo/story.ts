import { realClock } from '@kaito/azure-emulator'
import { z } from 'zod'
import type { NodeProcess } from '../harness/child-process.ts'
import type { KubeHttp } from '../harness/kube-http.ts'
import { createManifest } from '../harness/manifests.ts'
import type { Supplies } from '../harness/supplies/supplies.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import type { Example } from './example.ts'
import type { Look } from './follower.ts'
import type { Narrator } from './narrator.ts'

/** Of an example that finds its nodes. */
export const FOUND_POOL = 'own'
const WAITING = {
  model: 'Wait until the model is served',
  'own server': 'Wait until the server answers',
  tuning: 'Wait until the model is tuned and the result is pushed',
}
const SERVICES = '/api/v1/namespaces/default/services'
const QUESTION = 'What is Kubernetes?'
/** Azure needs minutes; its emulation runs this much faster, and bills in its own time. */
const SPEED = 40
const AZURE_MINUTES = { createSeconds: 240, nodeJoinSeconds: 20, deleteSeconds: 120 }
/** Long enough to be seen. */
const TRAINING_MS = 3000
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
      const azure = { ...AZURE_MINUTES, clock: realClock(SPEED) }
      const bed = await startTestBed({ azure, registry: true, cluster: { kubelet: { trainMs: TRAINING_MS } } })
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

/** Of a test bed that was started by `startEverything`. */
export function suppliesOf({ supplies }: TestBed): Supplies {
  if (!supplies) throw new Error('the demo was started without registries')
  return supplies
}

/** For an example that uses nodes which are there already, makes an agent pool as somebody would by hand. */
export async function findNodes(
  narrator: Narrator,
  bed: TestBed,
  { foundNodeLabels, workspace }: Example,
): Promise<void> {
  if (!foundNodeLabels) return
  await narrator.step(`Make an agent pool ${FOUND_POOL} by hand, as if it had always been there`, () => {
    const nodeLabels = { ...foundNodeLabels, 'kaito.sh/machine-type': 'gpu' }
    bed.azure.pools.create(FOUND_POOL, { vmSize: Object(workspace).resource.instanceType, count: 1, nodeLabels })
    return until('its node shows a GPU', async () =>
      (await bed.kube.ask(`/api/v1/nodes?labelSelector=agentpool%3D${FOUND_POOL}`)).text.includes(
        '"nvidia.com/gpu":"1"',
      ),
    )
  })
}

interface Applied {
  example: Example
  look: Look
}

/** Applies the example and follows it to its end; returns the Workspace's path. */
export async function applyExample(narrator: Narrator, { kube }: TestBed, { example, look }: Applied): Promise<string> {
  const { name } = example.workspace.metadata
  const path = `/apis/kaito.sh/v1alpha1/namespaces/default/workspaces/${name}`
  await narrator.step(`Apply ${example.path}`, async (progress) => {
    for (const manifest of example.manifests) {
      const { status, text } = await createManifest(kube, manifest)
      if (status !== 201) throw new Error(`the API server refused it: ${text}`)
      if (manifest.kind !== 'Workspace') progress(`${manifest.kind} ${manifest.metadata.name}`)
    }
  })
  await narrator.step(WAITING[example.kind], (progress) =>
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
  narrator.screen(`kubectl get service ${name}`, await kube.table(`${SERVICES}/${name}`))
  return path
}

async function isTrue(kube: KubeHttp, path: string, type: string): Promise<boolean> {
  const { status } = conditionsSchema.parse(JSON.parse((await kube.ask(path)).text))
  return status.conditions.some((condition) => condition.type === type && condition.status === 'True')
}

/** Asks what serves one question through its Service, or shows the image that a tuning has pushed. */
export async function showResult(narrator: Narrator, bed: TestBed, { kind, workspace }: Example): Promise<void> {
  if (kind === 'tuning') return showImage(narrator, suppliesOf(bed), String(Object(workspace).tuning.output.image))
  const service = `${SERVICES}/${workspace.metadata.name}:80/proxy`
  const asked = kind === 'own server' ? { path: '/health' } : { path: '/chat', prompt: QUESTION }
  const title = asked.prompt === undefined ? `GET ${asked.path}` : `POST ${asked.path} {"prompt":"${asked.prompt}"}`
  const answer = await narrator.step(`Ask the ${kind} through the Service: ${title}`, async () => {
    const request = asked.prompt === undefined ? {} : { method: 'POST' as const, body: { prompt: asked.prompt } }
    const { status, text } = await bed.kube.ask(`${service}${asked.path}`, request)
    if (status !== 200) throw new Error(`the Service answered ${status}: ${text}`)
    return text.trim()
  })
  narrator.say(answer, { answer })
}

function showImage(narrator: Narrator, { privateRegistry }: Supplies, image: string): void {
  const [, repository = '', tag = ''] = /^[^/]+\/(.+):([^:/]+)$/.exec(image) ?? []
  const files = [...privateRegistry.files(repository, tag)].filter(([path]) => path.startsWith('data/'))
  narrator.screen(`Files of the image ${image}`, [
    ['FILE', 'BYTES'],
    ...files.map(([path, content]) => [`/${path}`, String(content.length)]),
  ])
}
