import { z } from 'zod'
import type { Manifest } from '../manifests.ts'
import { adapterFiles, modelFiles } from './adapter-files.ts'
import { CREDENTIALS, type Supplies } from './supplies.ts'

const secretsSchema = z.array(z.string()).default([])
const imageSchema = z.looseObject({ image: z.string().optional(), imagePullSecrets: secretsSchema })
const presetSchema = z.looseObject({ presetOptions: imageSchema.optional() })
const workspaceSchema = z.looseObject({
  inference: z
    .looseObject({
      preset: presetSchema.optional(),
      adapters: z.array(z.looseObject({ source: imageSchema })).default([]),
    })
    .optional(),
  tuning: z
    .looseObject({
      preset: presetSchema,
      input: imageSchema.extend({ urls: z.array(z.string()).default([]) }),
      output: z.looseObject({ imagePushSecret: z.string() }),
    })
    .optional(),
})

const TRAINING_DATA = '{"text": "What is Kubernetes? It runs containers."}\n'

/** What a Workspace names and its user brings. */
function namedBy(manifest: Manifest) {
  const { inference, tuning } = workspaceSchema.parse(manifest)
  const models = [inference?.preset?.presetOptions, tuning?.preset.presetOptions].filter(
    (options) => options !== undefined,
  )
  const adapters = (inference?.adapters ?? []).map(({ source }) => source)
  const data = tuning ? [tuning.input] : []
  const pulled = [...models, ...adapters, ...data].flatMap(({ imagePullSecrets }) => imagePullSecrets)
  return {
    images: [
      ...models.map(({ image }) => ({ image, files: modelFiles() })),
      ...adapters.map(({ image }) => ({ image, files: adapterFiles() })),
      ...data.map(({ image }) => ({ image, files: { 'data/conversations.jsonl': TRAINING_DATA } })),
    ],
    urls: tuning?.input.urls ?? [],
    secrets: [...new Set([...pulled, ...(tuning ? [tuning.output.imagePushSecret] : [])])],
  }
}

/** Places the images and the data that a Workspace names; the result are the Secrets that it names, to be applied before it. */
export function provideFor(supplies: Supplies, manifest: Manifest): Manifest[] {
  const { images, urls, secrets } = namedBy(manifest)
  const registries = [supplies.registry, supplies.privateRegistry]
  for (const { image = '', files } of images) {
    const [, host, repository = '', tag] = /^([^/]+)\/(.+):([^:/]+)$/.exec(image) ?? []
    registries.find((registry) => registry.host === host)?.put(repository, files, { ...(tag && { tag }) })
  }
  for (const url of urls) supplies.site.put(url, TRAINING_DATA)
  return secrets.map((name) => registrySecret(name, supplies.privateRegistry.host))
}

/** A Secret with which a registry lets everything be done, unless other credentials are given. */
export function registrySecret(name: string, host: string, { username, password } = CREDENTIALS): Manifest {
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  const config = JSON.stringify({ auths: { [host]: { auth } } })
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
  }
}
