import { MACHINE_CONDITIONS, type Machine, quantityValue, TERMINATION_FINALIZER } from '@kaito/api'
import { mergeConditions, type Resource } from '@kaito/controller-kit'
import type { Claim, RecordedStep, StepName } from './claim.ts'
import type { ClaimAdapter, ClaimReport, StepReport } from './claim-adapter.ts'
import { fixedLabels, launchChoices } from './requirements.ts'

/** Karpenter's way to take over a machine that exists: nothing is launched for it. */
const LINKED_ANNOTATION = 'karpenter.sh/linked'
const MESSAGE_LIMIT = 800
const STEPS: StepName[] = ['launched', 'registered', 'initialized']

interface KnativeCondition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  severity?: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

const MACHINES: Resource<Machine> = {
  group: 'karpenter.sh',
  version: 'v1alpha5',
  plural: 'machines',
  kind: 'Machine',
  namespaced: false,
}

/** `Machine` of `karpenter.sh/v1alpha5`; its conditions follow knative's rules, as in Karpenter core 0.31. */
export const machineAdapter: ClaimAdapter<Machine> = {
  resource: MACHINES,
  isOurs: () => true,
  read: readMachine,
  status: machineStatus,
}

function readMachine({ metadata, spec, status }: Machine): Claim {
  const requirements = spec?.requirements ?? []
  const requests = amountsAboveZero(spec?.resources?.requests ?? {})
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    createdAt: metadata.creationTimestamp ?? '',
    deletedAt: metadata.deletionTimestamp,
    held: metadata.finalizers?.includes(TERMINATION_FINALIZER) ?? false,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    requirements,
    className: className(spec?.machineTemplateRef),
    classLabels: {},
    ownedByNodePool: false,
    terminationGracePeriodMs: undefined,
    expiresAtMs: undefined,
    choices: launchChoices(requirements),
    fixedLabels: fixedLabels(requirements),
    taints: (spec?.taints ?? []).map(taintOf),
    startupTaints: (spec?.startupTaints ?? []).map(taintOf),
    requests,
    diskGiB: diskGiB(requests),
    providerID: status?.providerID || metadata.annotations?.[LINKED_ANNOTATION] || undefined,
    nodeName: status?.nodeName || undefined,
    steps: {
      launched: recordedStep(status?.conditions, MACHINE_CONDITIONS.launched),
      registered: recordedStep(status?.conditions, MACHINE_CONDITIONS.registered),
      initialized: recordedStep(status?.conditions, MACHINE_CONDITIONS.initialized),
    },
  }
}

/** A template of another group or kind belongs to another backend's settings, which do not concern us. */
function className(template: NonNullable<Machine['spec']>['machineTemplateRef']): string | undefined {
  const isOurs = template?.kind === 'AgentPoolClass' && template.apiVersion?.startsWith('kaito.sh/')
  return isOurs ? template.name : undefined
}

function taintOf({ key, value, effect }: { key: string; value?: string | undefined; effect: string }) {
  return { key, effect, ...(value !== undefined && { value }) }
}

function amountsAboveZero(quantities: Record<string, string | number>): Record<string, number> {
  const amounts = Object.entries(quantities).map(([name, quantity]) => [name, quantityValue(quantity)] as const)
  return Object.fromEntries(amounts.filter(([, amount]) => amount > 0))
}

/** The older lineage of provisioners asks for disk as `storage`, Karpenter core as `ephemeral-storage`. */
function diskGiB(requests: Record<string, number>): number | undefined {
  const bytes = requests.storage ?? requests['ephemeral-storage']
  return bytes === undefined ? undefined : Math.ceil(bytes / 2 ** 30)
}

type StoredConditions = NonNullable<Machine['status']>['conditions']

function recordedStep(conditions: StoredConditions, type: string): RecordedStep | undefined {
  const condition = conditions?.find((candidate) => candidate.type === type)
  if (!condition) return undefined
  const since = Date.parse(condition.lastTransitionTime ?? '')
  return {
    met: condition.status === 'True',
    reason: condition.reason,
    message: condition.message,
    sinceMs: Number.isNaN(since) ? undefined : since,
  }
}

function machineStatus({ status }: Machine, report: ClaimReport, nowIso: string): object {
  const desired = STEPS.flatMap((name) => condition(MACHINE_CONDITIONS[name], report[name]))
  const ready = condition(MACHINE_CONDITIONS.ready, report.trouble ? unmet(report.trouble) : readiness(report))
  return {
    ...status,
    ...nodeFields(report.node),
    conditions: mergeConditions(status?.conditions?.map(knativeCondition), [...desired, ...ready], {
      nowIso,
      transitionOn: 'any',
    }),
  }
}

function nodeFields(node: ClaimReport['node']): object {
  if (!node) return {}
  if (node === 'none') {
    return { nodeName: undefined, providerID: undefined, capacity: undefined, allocatable: undefined }
  }
  const { name, providerID, capacity, allocatable } = node
  return { nodeName: name, providerID, capacity, allocatable }
}

/** Ready carries the first step that is not met: the later ones only wait for it. */
function readiness(report: ClaimReport): StepReport | undefined {
  const steps = STEPS.map((name) => report[name])
  return steps.find((step) => step && !step.met) ?? (steps.every((step) => step?.met) ? { met: true } : undefined)
}

function unmet({ reason, message }: { reason: string; message: string }): StepReport {
  return { met: false, reason, message }
}

function condition(type: string, step: StepReport | undefined): KnativeCondition[] {
  if (!step) return []
  if (step.met) return [{ type, status: 'True' }]
  const { reason, message } = step
  const short = message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT)}...` : message
  return [{ type, status: 'False', reason, message: short }]
}

function knativeCondition(stored: NonNullable<StoredConditions>[number]): KnativeCondition {
  const { type, severity, reason, message, lastTransitionTime } = stored
  return {
    type,
    status: stored.status === 'True' || stored.status === 'False' ? stored.status : 'Unknown',
    ...(severity !== undefined && { severity }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
  }
}
