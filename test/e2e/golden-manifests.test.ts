import { globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { planeOfWorker } from '../control-plane/shared-planes.ts'
import { KubeHttp } from '../harness/kube-http.ts'
import { createKubectl } from '../harness/kubectl.ts'
import { type Manifest, readManifests } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WORKLOADS = 'packages/workspace-controller/src/workload'
const FILES = globSync(`${WORKLOADS}/{golden,tuning/golden}/*.yaml`, { cwd: ROOT }).sort()
/** Namespaces with the `restricted` Pod Security Standard: one that is told of what breaks it, one that refuses that. */
const WARNED = 'manifests-warned'
const ENFORCED = 'manifests-enforced'
const COLLECTIONS: Record<string, string> = {
  Deployment: '/apis/apps/v1/namespaces/*/deployments',
  StatefulSet: '/apis/apps/v1/namespaces/*/statefulsets',
  Job: '/apis/batch/v1/namespaces/*/jobs',
  Service: '/api/v1/namespaces/*/services',
  Pod: '/api/v1/namespaces/*/pods',
}

const containerSchema = z.looseObject({
  name: z.string(),
  securityContext: z.record(z.string(), z.unknown()).optional(),
})
const workloadSchema = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({}),
      spec: z.looseObject({
        containers: z.array(containerSchema),
        initContainers: z.array(containerSchema).default([]),
      }),
    }),
  }),
})
type Container = z.infer<typeof containerSchema>

let kube: KubeHttp
let folder: string
let kubectl: ReturnType<typeof createKubectl>
/** An older API server drops volumes of this kind. */
let hasImageVolumes: boolean

beforeAll(async () => {
  const plane = await planeOfWorker()
  kube = new KubeHttp(plane)
  folder = await mkdtemp(join(tmpdir(), 'kaito-manifests-'))
  kubectl = createKubectl({ kubeconfigPath: plane.kubeconfigPath, folder })
  hasImageVolumes = /^kubernetes_feature_enabled\{name="ImageVolume",.*\} 1$/m.test((await kube.ask('/metrics')).text)
  await namespace(WARNED, 'warn')
  await namespace(ENFORCED, 'enforce')
})
afterAll(async () => {
  for (const name of [WARNED, ENFORCED]) await kube.ask(`/api/v1/namespaces/${name}`, { method: 'DELETE' })
  await kube.close()
  await rm(folder, { recursive: true })
})

async function namespace(name: string, mode: 'warn' | 'enforce'): Promise<void> {
  const metadata = { name, labels: { [`pod-security.kubernetes.io/${mode}`]: 'restricted' } }
  const made = await kube.ask('/api/v1/namespaces', { method: 'POST', body: { metadata } })
  expect(made.status, made.text).toBe(201)
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`
  await until(`Pods may be made in ${name}`, async () => (await kube.ask(account)).status === 200)
}

/** What is stored in a file, moved to this namespace. */
async function manifestsIn(place: string, path: string): Promise<Manifest[]> {
  const manifests = await readManifests(path)
  return manifests.map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace: place } }))
}

/** Whether this API server knows all that the file has. */
async function isServed(path: string): Promise<boolean> {
  if (hasImageVolumes) return true
  return !(await readManifests(path)).some((manifest) => /"image":\{"reference"/.test(JSON.stringify(manifest)))
}

interface Trial {
  status: number
  /** Warnings, or why it was refused. */
  says: string[]
}

/** Makes the object on trial. */
async function tried(place: string, manifest: Pick<Manifest, 'kind' | 'metadata'>): Promise<Trial> {
  const collection = COLLECTIONS[manifest.kind]?.replace('*', place)
  const path = `${collection}?dryRun=All&fieldValidation=Strict`
  const { status, text, headers } = await kube.ask(path, { method: 'POST', body: manifest })
  const warnings = [headers.warning ?? []]
    .flat()
    .flatMap((header) => [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)])
  return { status, says: status === 201 ? warnings.map(([, said = '']) => said.replace(/\\(.)/g, '$1')) : [text] }
}

const violates = (what: string[]) => [`would violate PodSecurity "restricted:latest": ${what.join(', ')}`]
const asRoot = (who: string) => `runAsNonRoot != true (pod or ${who} must set securityContext.runAsNonRoot=true)`

/** A model's image and its trainer run as root; a user's template has what the user wrote. */
function documented(path: string): string[] {
  if (path.includes('/tuning/')) return violates([asRoot('container "trainer"')])
  if (!basename(path).startsWith('template')) return violates([asRoot('container "ws"')])
  const who = path.includes('nodes-2') ? 'containers "server", "metrics"' : 'container "server"'
  return violates([
    `allowPrivilegeEscalation != false (${who} must set securityContext.allowPrivilegeEscalation=false)`,
    `unrestricted capabilities (${who} must set securityContext.capabilities.drop=["ALL"])`,
    asRoot(who),
    `seccompProfile (pod or ${who} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
  ])
}

/** What a container lacks by the documented exceptions, put right. */
function putRight(container: Container, path: string): Container {
  const { name, securityContext } = container
  if (name === 'trainer' || name === 'ws') {
    return { ...container, securityContext: { ...securityContext, runAsNonRoot: true } }
  }
  if (!basename(path).startsWith('template')) return container
  const safe = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true }
  return { ...container, securityContext: { ...safe, seccompProfile: { type: 'RuntimeDefault' } } }
}

test('kubectl applies all stored manifests, by the strictest check of their fields', async () => {
  expect(FILES.length).toBeGreaterThan(50)
  const served = await Promise.all(FILES.map(async (path) => ((await isServed(path)) ? manifestsIn(WARNED, path) : [])))
  const items = served.flat()
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const applied = await kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], { input })
  expect(applied, applied.err).toMatchObject({ code: 0 })
  expect(applied.out.match(/^\S+ created \(server dry run\)$/gm)).toHaveLength(items.length)
})

test.for(FILES)('%s breaks the restricted standard only where that is documented', async (path, { skip }) => {
  skip(!(await isServed(path)), 'this API server has no image volumes')
  const [workload, ...services] = await manifestsIn(WARNED, path)
  if (!workload) throw new Error(`${path} is empty`)
  expect(await tried(WARNED, workload)).toEqual({ status: 201, says: documented(path) })
  for (const service of services) expect(await tried(WARNED, service)).toEqual({ status: 201, says: [] })
})

test.for(FILES)('%s makes Pods that pass where that standard is enforced, but for the same', async (path, { skip }) => {
  skip(!(await isServed(path)), 'this API server has no image volumes')
  const [workload] = await manifestsIn(ENFORCED, path)
  const { metadata, spec } = workloadSchema.parse(workload).spec.template
  const pod = (containers: Container[], initContainers: Container[]) => ({
    kind: 'Pod',
    metadata: { ...metadata, name: 'ws', namespace: ENFORCED },
    spec: { ...spec, containers, initContainers },
  })
  const asStored = await tried(ENFORCED, pod(spec.containers, spec.initContainers))
  expect(asStored).toMatchObject({ status: 403, says: [expect.stringContaining('violates PodSecurity')] })
  const right = (containers: Container[]) => containers.map((container) => putRight(container, path))
  const corrected = await tried(ENFORCED, pod(right(spec.containers), right(spec.initContainers)))
  expect(corrected).toEqual({ status: 201, says: [] })
})
