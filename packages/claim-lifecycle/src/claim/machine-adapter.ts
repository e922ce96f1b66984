import { MACHINE_CONDITIONS, type Machine, NODE_HEALTHY_CONDITION } from '@kaito/api'
import { mergeConditions, type Resource } from '@kaito/controller-kit'
import type { Claim, StepName } from './claim.ts'
import { type ClaimAdapter, type ClaimReport, type StepReport, unmet } from './claim-adapter.ts'
import { quantityTexts, readIdentity, readWish, recordedStep } from './claim-reading.ts'
import { type ClassReferences, namesClass, readsClasses } from './class-reference.ts'
import { conditionMessage } from './condition-message.ts'

/** Karpenter's way to take over a machine that exists: nothing is launched for it. */
const LINKED_ANNOTATION = 'karpenter.sh/linked'
/** Kubernetes' own, on Nodes that are marked unschedulable. */
const UNSCHEDULABLE_TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const
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

/**
 * `Machine` of `karpenter.sh/v1alpha5`; its conditions follow knative's rules, as in Karpenter core 0.31. Machines name no
 * backend, so every one is ours; whether their class is depends on `served`.
 */
export function createMachineAdapter(served: ClassReferences): ClaimAdapter<Machine> {
  return {
    resource: MACHINES,
    closing: { taint: UNSCHEDULABLE_TAINT, byCordon: true, protectedBy: undefined, staged: false },
    serving: { expectsUnregisteredTaint: false, compares: 'all' },
    isOurs: () => true,
    read: (machine) => readMachine(machine, served),
    status: machineStatus,
  }
}

function readMachine({ metadata, spec, status }: Machine, served: ClassReferences): Claim {
  return {
    ...readIdentity(metadata),
    ...readWish(spec),
    className: readsClasses(served) ? className(spec?.machineTemplateRef) : undefined,
    classLabels: {},
    ownedByNodePool: false,
    terminationGracePeriodMs: undefined,
    expiresAtMs: undefined,
    providerID: status?.providerID || metadata.annotations?.[LINKED_ANNOTATION] || undefined,
    nodeName: status?.nodeName || undefined,
    capacity: quantityTexts(status?.capacity),
    steps: {
      launched: recordedStep(status?.conditions, MACHINE_CONDITIONS.launched),
      registered: recordedStep(status?.conditions, MACHINE_CONDITIONS.registered),
      initialized: recordedStep(status?.conditions, MACHINE_CONDITIONS.initialized),
    },
    endSteps: {},
    nodeHealthy: recordedStep(status?.conditions, NODE_HEALTHY_CONDITION),
  }
}

/** A template of another group or kind belongs to another backend's settings, which do not concern us. */
function className(template: NonNullable<Machine['spec']>['machineTemplateRef']): string | undefined {
  const [group] = template?.apiVersion?.split('/') ?? []
  return namesClass({ group, kind: template?.kind }) ? template?.name : undefined
}

type StoredConditions = NonNullable<Machine['status']>['conditions']

function machineStatus({ status }: Machine, report: ClaimReport, nowIso: string): object {
  const desired = STEPS.flatMap((name) => condition(MACHINE_CONDITIONS[name], report[name]))
  const healthy = condition(NODE_HEALTHY_CONDITION, report.nodeHealthy)
  const ready = condition(
    MACHINE_CONDITIONS.ready,
    report.trouble ? unmet(report.trouble.reason, report.trouble.message) : readiness(report),
  )
  return {
    ...status,
    ...nodeFields(report.node),
    conditions: mergeConditions(status?.conditions?.map(knativeCondition), [...desired, ...healthy, ...ready], {
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

function condition(type: string, step: StepReport | undefined): KnativeCondition[] {
  if (!step) return []
  if (step.met) return [{ type, status: 'True' }]
  const { reason, message } = step
  return [{ type, status: 'False', reason, message: conditionMessage(message) }]
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
