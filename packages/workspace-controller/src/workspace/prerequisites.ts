import type { Workspace } from '@kaito/api'
import {
  ApiError,
  CONFIG_MAPS,
  type ConfigMap,
  DEPLOYMENTS,
  isAlreadyExists,
  type KubeClient,
  type KubernetesObject,
  SECRETS,
} from '@kaito/controller-kit'
import type { Call } from '@kaito/node-provisioner'
import { podTemplate } from '../workload/inference/pod-template.ts'
import { renderWorkload } from '../workload/render.ts'
import { readTrainingConfig, type TrainingConfig } from '../workload/tuning/training-config.ts'
import { failureOf } from './failure.ts'
import type { Order, TuningWork } from './order.ts'
import { WORKSPACE_REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'

interface Sources {
  client: KubeClient
  /** Where this installation keeps the defaults of tunings. */
  namespace: string
}

interface Prerequisites {
  lack?: Refusal
  trainingConfig?: TrainingConfig
}

interface SecretAsked {
  path: string
  name: string
}

const DOCKER_CONFIG = 'kubernetes.io/dockerconfigjson'
/** The form before it, which still pulls images. */
const DOCKER_CFG = 'kubernetes.io/dockercfg'

/** What of the user's must be there before nodes are bought or anything is started: the first that is not, or the settings. */
export async function prerequisites(
  { workspace, order }: { workspace: Workspace; order: Order },
  sources: Sources,
  call: Call,
): Promise<Prerequisites> {
  const { namespace = '' } = workspace.metadata
  for (const secret of secretsAsked(workspace)) {
    const message = await secretFault({ ...secret, namespace }, sources.client, call)
    if (message !== undefined) return refuse(WORKSPACE_REASONS.secretNotUsable, secret.path, message)
  }
  const { work } = order
  if (work.kind === 'template') return rehearsal(workspace, order, { client: sources.client, call })
  if (work.kind === 'preset') return {}
  const { configMap, where } = await configOf(work, { ...sources, own: namespace }, call)
  const { config, fault } = readTrainingConfig(configMap, where, work.method)
  return config ? { trainingConfig: config } : refuse(WORKSPACE_REASONS.configNotUsable, 'tuning.config', fault)
}

/** A template is somebody's own: only the server knows all that it may not have in it. */
async function rehearsal(
  workspace: Workspace,
  order: Order,
  { client, call }: { client: KubeClient; call: Call },
): Promise<Prerequisites> {
  const workload = renderWorkload(workspace, order, { existingNodes: [] })
  try {
    await client.create<KubernetesObject>(DEPLOYMENTS, workload, { ...call, dryRun: true })
    return {}
  } catch (error) {
    // Whose it is that stands under the name is found out elsewhere.
    if (isAlreadyExists(error)) return {}
    const failure = failureOf(error)
    if (!failure) throw error
    return refuse(failure.reason, 'inference.template', failure.message)
  }
}

function secretsAsked({ inference, tuning }: Workspace): SecretAsked[] {
  const pushSecret = tuning?.output.imagePushSecret
  const ofTemplate = inference?.template ? podTemplate(inference.template).spec.imagePullSecrets : undefined
  const pull = (path: string, names: string[] = []) =>
    names.map((name, index) => ({ path: `${path}.imagePullSecrets[${index}]`, name }))
  return [
    ...(pushSecret === undefined ? [] : [{ path: 'tuning.output.imagePushSecret', name: pushSecret }]),
    ...pull('tuning.input', tuning?.input.imagePullSecrets),
    ...pull('tuning.preset.presetOptions', tuning?.preset.presetOptions?.imagePullSecrets),
    ...pull('inference.preset.presetOptions', inference?.preset?.presetOptions?.imagePullSecrets),
    ...pull(
      'inference.template.spec',
      ofTemplate?.map(({ name }) => name),
    ),
    ...(inference?.adapters ?? []).flatMap(({ source }, index) =>
      pull(`inference.adapters[${index}].source`, source.imagePullSecrets),
    ),
  ]
}

/** Only the type is asked for, which vouches for the key: the server takes no other Secret of it. */
async function secretFault(
  { path, name, namespace }: SecretAsked & { namespace: string },
  client: KubeClient,
  call: Call,
): Promise<string | undefined> {
  const make = `"kubectl create secret docker-registry ${name} -n ${namespace} --docker-server=… --docker-username=… --docker-password=…" makes one`
  const isPush = path === 'tuning.output.imagePushSecret'
  try {
    const printed = await client.print(SECRETS, { namespace, name }, call)
    if (!printed) return `there is no Secret ${name} in namespace ${namespace}; ${make}`
    const { Type: type } = printed
    if (type === DOCKER_CONFIG || (type === DOCKER_CFG && !isPush)) return undefined
    return `Secret ${name} is of type ${type}, and ${DOCKER_CONFIG} is needed; ${make}`
  } catch (error) {
    // An installation may withhold the right to look: then the kubelet is the first to find out.
    if (error instanceof ApiError && error.status === 403) return undefined
    throw error
  }
}

/** The user's, or the default of the method, which this installation brings. */
async function configOf(
  { configName, method }: TuningWork,
  { client, namespace, own }: Sources & { own: string },
  call: Call,
): Promise<{ configMap: ConfigMap | undefined; where: string }> {
  const name = configName ?? `${method}-params-template`
  const read = (of: string) => client.get(CONFIG_MAPS, { namespace: of, name }, call)
  const found = configName === undefined ? undefined : await read(own)
  const isDefault = configName === undefined || /^q?lora-params-template$/.test(configName)
  if (found || !isDefault) return { configMap: found, where: `ConfigMap ${name} in namespace ${own}` }
  return { configMap: await read(namespace), where: `ConfigMap ${name} in namespace ${namespace}` }
}

function refuse(reason: string, path: string, message: string): Prerequisites {
  return { lack: { reason, message: `${path}: ${message}` } }
}
