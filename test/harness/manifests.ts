import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import type { KubeHttp } from './kube-http.ts'

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})
const fileSchema = z.union([
  z.object({ kind: z.literal('List'), items: z.array(manifestSchema) }).transform(({ items }) => items),
  manifestSchema.transform((manifest) => [manifest]),
])
const resourcesSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
})

/** All that is needed of a client here, so that a cluster without sockets will do. */
type Kube = Pick<KubeHttp, 'ask'>

export type Manifest = z.infer<typeof manifestSchema>

/** Every object of a YAML file, also those of a List; the path is from the root of the repository. */
export async function readManifests(path: string): Promise<Manifest[]> {
  return parseManifests(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'))
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => fileSchema.parse(document.toJS()))
}

/** Path of the collection that holds objects of this kind, as discovery says. */
async function collectionPath(kube: Kube, { apiVersion, kind, metadata }: Manifest): Promise<string> {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const { resources } = resourcesSchema.parse(JSON.parse((await kube.ask(base)).text))
  const resource = resources.find((entry) => entry.kind === kind && !entry.name.includes('/'))
  if (!resource) throw new Error(`the server has no kind ${kind} in ${apiVersion}`)
  return resource.namespaced
    ? `${base}/namespaces/${metadata.namespace ?? 'default'}/${resource.name}`
    : `${base}/${resource.name}`
}

/** Creates the object; the server's answer is returned whatever it is. */
export async function createManifest(kube: Kube, manifest: Manifest) {
  const path = await collectionPath(kube, manifest)
  const answer = await kube.ask(`${path}?fieldValidation=Strict`, { method: 'POST', body: manifest })
  return { path: `${path}/${manifest.metadata.name}`, ...answer }
}

/** What both charts bring besides the controllers themselves. */
const PRODUCT_MANIFESTS = [
  'crds/kaito.sh_workspaces.yaml',
  'crds/kaito.sh_agentpoolclasses.yaml',
  'crds/karpenter.sh_machines.yaml',
  'crds/karpenter.sh_nodeclaims.yaml',
  'charts/kaito/workspace/files/catalogue.yaml',
  'charts/kaito/workspace/files/admission-policy.yaml',
  'charts/kaito/workspace/files/tuning-defaults.yaml',
]
const DEVICE_PLUGIN = 'charts/gpu-provisioner/files/nvidia-device-plugin.yaml'

const namespace = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** Installs namespaces, kinds, admission policy, settings of tunings and, unless told otherwise, the GPU device plugin. */
export async function installProduct(kube: Kube, { devicePlugin = true } = {}): Promise<void> {
  const files = devicePlugin ? [...PRODUCT_MANIFESTS, DEVICE_PLUGIN] : PRODUCT_MANIFESTS
  const manifests = (await Promise.all(files.map(readManifests))).flat()
  const namespaces = ['kaito-workspace', 'gpu-provisioner'].map(namespace)
  for (const manifest of [...namespaces, ...manifests]) {
    const { status, text } = await createManifest(kube, manifest)
    if (status !== 201) throw new Error(`${manifest.kind} ${manifest.metadata.name} was refused: ${text}`)
  }
}
