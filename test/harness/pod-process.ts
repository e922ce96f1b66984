import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { KubeHttp } from './kube-http.ts'
import { kubeconfigOf } from './kubeconfig.ts'
import { AZURE_TOKEN_AUDIENCE, serviceAccountToken } from './service-account-token.ts'

const environmentSchema = z.object({
  name: z.string(),
  value: z.string().default(''),
  valueFrom: z.object({ fieldRef: z.object({ fieldPath: z.string() }) }).optional(),
})
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  /** The image alone says what runs. */
  command: z.never().optional(),
  args: z.array(z.string()).default([]),
  env: z.array(environmentSchema).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
})
export const podSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({
    serviceAccountName: z.string(),
    containers: z.array(containerSchema).length(1),
    volumes: z
      .array(z.looseObject({ name: z.string(), configMap: z.looseObject({ name: z.string() }).optional() }))
      .default([]),
  }),
})

type ControllerPod = z.infer<typeof podSchema>

/** How to start, as a process of this machine, what a Pod's only container would run. */
interface PodProcess {
  nodeFlags: string[]
  script: string
  args: string[]
  env: Record<string, string>
  ports: { name: string; containerPort: number }[]
}

interface PodProcessOptions {
  kube: KubeHttp
  url: string
  caPem: string
  pod: ControllerPod
  /** Takes the files that would be mounted into the container. */
  folder: string
}

const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com/'

/**
 * Reads a controller's Pod as the kubelet would: entry point of its image, arguments, environment, mounted files, a token
 * of its ServiceAccount; and as AKS's webhook for workload identity changes it. Different from a container: the token
 * comes in a kubeconfig, and ports are free ones, since all processes share this machine.
 */
export async function podProcess(options: PodProcessOptions): Promise<PodProcess> {
  const { pod, folder } = options
  const [container] = pod.spec.containers
  if (!container) throw new Error(`Pod ${pod.metadata.name} has no container`)
  await mkdir(folder, { recursive: true })
  const mounted = await mountedFiles(options, container.volumeMounts)
  const given = Object.fromEntries(container.env.map((entry) => [entry.name, environmentValue(entry, pod)]))
  const identity = await workloadIdentity(options, given)
  const env = Object.fromEntries(
    Object.entries({ ...given, ...identity }).map(([name, value]) => [name, mounted(value)]),
  )
  const kubeconfig = await accountKubeconfig(options)
  const [, ...entryPoint] = await imageEntryPoint(container.name)
  const script = entryPoint.pop()?.replace(/^\/app\//, `dist/${container.name}/`) ?? ''
  return {
    nodeFlags: entryPoint,
    script,
    args: container.args,
    env: { ...env, KUBECONFIG: kubeconfig, METRICS_PORT: '0', HEALTH_PROBE_PORT: '0' },
    ports: container.ports,
  }
}

/** The exec form of ENTRYPOINT in the controller's Dockerfile. */
async function imageEntryPoint(controller: string): Promise<string[]> {
  const dockerfile = await readFile(new URL(`../../deploy/images/${controller}.Dockerfile`, import.meta.url), 'utf8')
  const json = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1]
  return z
    .array(z.string())
    .min(2)
    .parse(JSON.parse(json ?? '[]'))
}

function environmentValue(
  { name, value, valueFrom }: z.infer<typeof environmentSchema>,
  { metadata, spec }: ControllerPod,
) {
  if (!valueFrom) return value
  const fields: Record<string, string> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.serviceAccountName': spec.serviceAccountName,
  }
  const found = fields[valueFrom.fieldRef.fieldPath]
  if (found === undefined) throw new Error(`${name}: the field ${valueFrom.fieldRef.fieldPath} is not played here`)
  return found
}

/** Writes what ConfigMaps mount; the result leads paths in the container to the files written. */
async function mountedFiles(
  { kube, pod, folder }: PodProcessOptions,
  mounts: { name: string; mountPath: string }[],
): Promise<(value: string) => string> {
  const paths: [inContainer: string, here: string][] = []
  for (const { name, mountPath } of mounts) {
    const configMap = pod.spec.volumes.find((volume) => volume.name === name)?.configMap
    const here = join(folder, name)
    await mkdir(here, { recursive: true })
    paths.push([mountPath, here])
    if (!configMap) continue
    const answer = await kube.ask(`/api/v1/namespaces/${pod.metadata.namespace}/configmaps/${configMap.name}`)
    const { data } = z.object({ data: z.record(z.string(), z.string()) }).parse(JSON.parse(answer.text))
    for (const [key, text] of Object.entries(data)) await writeFile(join(here, key), text)
  }
  return (value) => {
    const found = paths.find(([inContainer]) => value.startsWith(`${inContainer}/`))
    return found ? value.replace(...found) : value
  }
}

const accountSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
})

/** What the webhook injects into Pods that ask for it by label; it leaves what is set already. */
async function workloadIdentity(
  { kube, pod, folder }: PodProcessOptions,
  given: Record<string, string>,
): Promise<Record<string, string>> {
  if (pod.metadata.labels['azure.workload.identity/use'] !== 'true') return {}
  const account = { namespace: pod.metadata.namespace, name: pod.spec.serviceAccountName }
  const answer = await kube.ask(`/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}`)
  const { annotations } = accountSchema.parse(JSON.parse(answer.text)).metadata
  const tokenFile = join(folder, 'azure-identity-token')
  await writeFile(tokenFile, await serviceAccountToken(kube, account, [AZURE_TOKEN_AUDIENCE]), { mode: 0o600 })
  return {
    AZURE_AUTHORITY_HOST: PUBLIC_AUTHORITY,
    AZURE_CLIENT_ID: annotations['azure.workload.identity/client-id'] ?? '',
    AZURE_TENANT_ID: annotations['azure.workload.identity/tenant-id'] ?? '',
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    ...given,
  }
}

async function accountKubeconfig({ kube, pod, url, caPem, folder }: PodProcessOptions): Promise<string> {
  const account = { namespace: pod.metadata.namespace, name: pod.spec.serviceAccountName }
  const tokenFile = join(folder, 'token')
  await writeFile(tokenFile, await serviceAccountToken(kube, account), { mode: 0o600 })
  const path = join(folder, 'kubeconfig')
  await writeFile(path, kubeconfigOf({ url, caPem, user: { tokenFile } }), { mode: 0o600 })
  return path
}
