import type { KubeObject } from '../cluster-access.ts'
import { fieldsAt, type JsonObject, objectsAt, stringAt } from '../json.ts'
import { forbidden } from '../status-error.ts'
import { accountFields } from './account-volume.ts'
import type { ApiEngine } from './api-engine.ts'
import { qosClass } from './pod-quality.ts'

/** How long a pod stays on a node that went away, unless it says otherwise. */
const TOLERATION_SECONDS = 300
const LOST_NODE_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** What the default admission plug-ins of the real server write into a new pod, or refuse (403). */
export function admittedPod(pod: KubeObject, engine: ApiEngine): KubeObject {
  const spec = fieldsAt(pod, 'spec')
  const account = stringAt(spec, 'serviceAccountName') || 'default'
  const found = serviceAccount(pod, account, engine)
  return {
    ...pod,
    spec: {
      ...spec,
      serviceAccountName: account,
      serviceAccount: account,
      ...accountFields(spec, { account: found, nameSuffix: engine.nameSuffix }),
      ...priority(pod, engine),
      tolerations: tolerations(spec),
    },
    status: { phase: 'Pending', qosClass: qosClass(pod) },
  }
}

/** The account `default` may still be on its way: a controller creates it with the namespace. */
function serviceAccount({ metadata }: KubeObject, account: string, { store }: ApiEngine): KubeObject | undefined {
  const key = `${metadata.namespace}/${account}`
  const found = store.collection({ group: '', plural: 'serviceaccounts' }).get(key)?.object
  if (found !== undefined || account === 'default') return found
  const why = `error looking up service account ${key}: serviceaccount "${account}" not found`
  throw forbidden({ group: '', plural: 'pods', name: metadata.name || 'Unknown' }, why)
}

function priority({ metadata, spec }: KubeObject, { store }: ApiEngine): JsonObject {
  const name = stringAt(spec, 'priorityClassName')
  if (name === '') return { priority: 0, preemptionPolicy: 'PreemptLowerPriority' }
  const found = store.collection({ group: 'scheduling.k8s.io', plural: 'priorityclasses' }).get(name)?.object
  if (found === undefined) {
    throw forbidden(
      { group: '', plural: 'pods', name: metadata.name || 'Unknown' },
      `no PriorityClass with name ${name} was found`,
    )
  }
  return { priority: found.value, preemptionPolicy: found.preemptionPolicy ?? 'PreemptLowerPriority' }
}

function tolerations(spec: JsonObject): JsonObject[] {
  const own = objectsAt(spec, 'tolerations')
  const missing = LOST_NODE_TAINTS.filter((taint) => !own.some((toleration) => toleratesEviction(toleration, taint)))
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: TOLERATION_SECONDS,
  }))
  return [...own, ...added]
}

function toleratesEviction({ key, effect }: JsonObject, taint: string): boolean {
  const everyKey = key === undefined || key === ''
  const everyEffect = effect === undefined || effect === ''
  return (everyKey || key === taint) && (everyEffect || effect === 'NoExecute')
}
