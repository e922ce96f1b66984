import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AzureEmulator, startAzureEmulator } from '@kaito/azure-emulator'
import { connectByKubeconfig, startKubelet } from '@kaito/local-cluster'
import { z } from 'zod'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { toolsOfRun } from '../control-plane/shared-planes.ts'
import { KubeHttp } from '../harness/kube-http.ts'
import { createKubectl } from '../harness/kubectl.ts'
import type { ProgramResult } from '../harness/run-program.ts'
import { roleActions } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { QUICK_AZURE } from '../integration/emulated-azure.ts'
import { CHARTS, type Chart, requiredValues } from './charts.ts'
import { playControllers } from './controller-pods.ts'
import { createHelm } from './helm.ts'

/** A control plane of its own, where Helm installs charts and the Pods of the controllers run as processes. */
export interface Installation {
  plane: ControlPlane
  azure: AzureEmulator
  kube: KubeHttp
  helm(args: string[]): Promise<ProgramResult>
  kubectl: ReturnType<typeof createKubectl>
  /** Values that lead a chart's controller to the emulated Azure of this installation. */
  values(chart: Chart): string[]
  install(chart: Chart, more?: string[], release?: string): Promise<ProgramResult>
  [Symbol.asyncDispose](): Promise<void>
}

let count = 0

export async function startInstallation(): Promise<Installation> {
  const undo: (() => Promise<unknown>)[] = []
  const dispose = async () => {
    for (const step of undo.toReversed()) await step()
  }
  try {
    return { ...(await build(undo)), [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function build(undo: (() => Promise<unknown>)[]): Promise<Omit<Installation, typeof Symbol.asyncDispose>> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-install-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  count += 1
  const auditLog = join(process.env.E2E_FOLDER ?? folder, `audit-${process.pid}-${count}.log`)
  const plane = await startControlPlane(await toolsOfRun(), { auditLog })
  undo.push(() => plane.stop())
  const kube = new KubeHttp(plane)
  undo.push(() => kube.close())
  const azure = await startAzureEmulator({
    nodes: { kubeconfig: plane.kubeconfig },
    allowedActions: roleActions(),
    ...QUICK_AZURE,
  })
  undo.push(() => azure.stop())
  const stopping = new AbortController()
  undo.push(async () => stopping.abort())
  const chooseProgram = playControllers({ kube, url: plane.url, caPem: plane.caPem, folder })
  await startKubelet({ access: connectByKubeconfig(plane.kubeconfig), signal: stopping.signal, chooseProgram })
  const caFile = join(folder, 'azure-ca.pem')
  await writeFile(caFile, azure.ca)
  const helm = createHelm({ helm: plane.tools.helm, kubeconfigPath: plane.kubeconfigPath })
  const values = (chart: Chart) => [
    ...requiredValues(chart),
    ...(chart === 'workspace' ? [] : customCloud(azure.url, caFile)),
  ]
  return {
    plane,
    azure,
    kube,
    helm,
    kubectl: createKubectl({ kubeconfigPath: plane.kubeconfigPath, folder }),
    values,
    install(chart, more = [], release = chart) {
      const { path, namespace } = CHARTS[chart]
      const place = more.includes('--namespace') ? [] : ['--namespace', namespace, '--create-namespace']
      return helm(['install', release, path, ...place, ...values(chart), ...more])
    },
  }
}

function customCloud(url: string, caFile: string): string[] {
  const endpoints = { resourceManagerEndpoint: url, authorityHost: url }
  const set = Object.entries(endpoints).map(([name, value]) => `settings.azure.custom.${name}=${value}`)
  return [
    '--set',
    ['settings.azure.cloud=custom', ...set].join(','),
    '--set-file',
    `settings.azure.custom.caBundle=${caFile}`,
  ]
}

/** Helm's or kubectl's output, once it has succeeded. */
export function done({ code, out, err }: ProgramResult): string {
  if (code !== 0) throw new Error(`exit code ${code}: ${err}\n${out}`)
  return out
}

const deploymentSchema = z.looseObject({
  metadata: z.looseObject({ generation: z.number() }),
  spec: z.looseObject({ replicas: z.number() }),
  status: z.looseObject({
    observedGeneration: z.number().default(0),
    updatedReplicas: z.number().default(0),
    readyReplicas: z.number().default(0),
    replicas: z.number().default(0),
  }),
})

/** Waits until every wanted Pod of a Deployment, and no other one, is ready. */
export function rolledOut(
  { kube }: Installation,
  chart: Chart,
  { namespace = CHARTS[chart].namespace, name = chart as string } = {},
) {
  return until(`Deployment ${namespace}/${name} is rolled out`, async () => {
    const { status, text } = await kube.ask(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`)
    if (status !== 200) return false
    const { metadata, spec, status: now } = deploymentSchema.parse(JSON.parse(text))
    return (
      now.observedGeneration === metadata.generation &&
      now.updatedReplicas === spec.replicas &&
      now.readyReplicas === spec.replicas &&
      now.replicas === spec.replicas
    )
  })
}
