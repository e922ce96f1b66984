import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { toolsOfRun } from '../control-plane/shared-planes.ts'
import type { ProgramResult } from '../harness/run-program.ts'
import { CHARTS, type Chart, requiredValues } from './charts.ts'
import { createHelm } from './helm.ts'

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  securityContext: z.looseObject({}).default({}),
  resources: z
    .looseObject({ requests: z.looseObject({}).optional(), limits: z.looseObject({}).optional() })
    .default({}),
})
const podSpecSchema = z.looseObject({
  containers: z.array(containerSchema),
  initContainers: z.array(containerSchema).default([]),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
})
const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})

export type RenderedObject = z.infer<typeof objectSchema>

/** Pods that an object makes, or is. */
export interface RenderedPod {
  of: string
  spec: z.infer<typeof podSpecSchema>
}

/** Without a cluster, a Helm that was built from its modules may take a release for granted that is long gone. */
export const FOR_CLUSTER = ['--kube-version', 'v1.30.0']

/** What `helm template` answers for the chart with its required values and more. */
export async function template(chart: Chart, more: string[] = []): Promise<ProgramResult> {
  const { helm } = await toolsOfRun()
  const { path, namespace } = CHARTS[chart]
  const place = ['--namespace', namespace, '--include-crds']
  const args = ['template', chart, path, ...place, ...FOR_CLUSTER, ...requiredValues(chart), ...more]
  return createHelm({ helm, kubeconfigPath: '' })(args)
}

/** Every object of the rendered chart. */
export async function rendered(chart: Chart, more: string[] = []): Promise<RenderedObject[]> {
  const { code, out, err } = await template(chart, more)
  if (code !== 0) throw new Error(err)
  return parseAllDocuments(out).flatMap((document) => objectSchema.safeParse(document.toJS()).data ?? [])
}

const workloadSchema = z.looseObject({ spec: z.looseObject({ template: z.looseObject({ spec: podSpecSchema }) }) })

export function podsOf(objects: RenderedObject[]): RenderedPod[] {
  return objects.flatMap((object) => {
    const of = `${object.kind} ${object.metadata.name}`
    if (object.kind === 'Pod') return { of, spec: podSpecSchema.parse(object.spec) }
    const workload = workloadSchema.safeParse(object)
    return workload.success ? { of, spec: workload.data.spec.template.spec } : []
  })
}
