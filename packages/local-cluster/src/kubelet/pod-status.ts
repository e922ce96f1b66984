import { type Condition, withCondition } from '../objects/condition.ts'
import type { ContainerStatus, Pod, PodStatus } from '../objects/pod.ts'

interface PodFacts {
  pod: Pod
  init: ContainerStatus[]
  containers: ContainerStatus[]
  hostIP: string
  podIP: string
  /** RFC 3339. */
  now: string
}

/** The status a pod has by what its containers do. */
export function podStatus(facts: PodFacts): PodStatus {
  const { pod, init, containers, hostIP, podIP, now } = facts
  const phase = podPhase(facts)
  return {
    ...pod.status,
    phase,
    conditions: podConditions(facts, phase).reduce(
      (conditions, condition) => withCondition(conditions, condition, now),
      pod.status?.conditions ?? [],
    ),
    hostIP,
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.status?.startTime ?? now,
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: containers,
  }
}

function isInitialized({ pod, init }: PodFacts): boolean {
  return init.every((status) => {
    const spec = pod.spec.initContainers?.find(({ name }) => name === status.name)
    return spec?.restartPolicy === 'Always' ? status.started : status.state.terminated?.exitCode === 0
  })
}

function hasFailed({ state }: ContainerStatus): boolean {
  return (state.terminated?.exitCode ?? 0) !== 0
}

function podPhase(facts: PodFacts): string {
  const { pod, init, containers } = facts
  // Containers of a pod that is being deleted do not start again, whatever its restart policy says.
  const policy = pod.metadata.deletionTimestamp === undefined ? (pod.spec.restartPolicy ?? 'Always') : 'Never'
  if (init.some(hasFailed) && policy === 'Never') return 'Failed'
  if (!isInitialized(facts)) return 'Pending'
  if (containers.every(({ state }) => state.terminated)) return endedPhase(policy, containers.some(hasFailed))
  const neverRan = containers.some(({ state, lastState }) => state.waiting && !lastState.terminated)
  return neverRan ? 'Pending' : 'Running'
}

/** Once no container runs: a pod whose containers will start again still counts as running. */
function endedPhase(policy: string, failed: boolean): string {
  if (policy === 'Always') return 'Running'
  if (!failed) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

function podConditions(facts: PodFacts, phase: string): Condition[] {
  const { init, containers } = facts
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name)
  const incomplete = init.filter(({ ready }) => !ready).map(({ name }) => name)
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const why = isOver
    ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
  const initialized: Condition = isInitialized(facts)
    ? { type: 'Initialized', status: 'True' }
    : {
        type: 'Initialized',
        status: 'False',
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${incomplete.join(' ')}]`,
      }
  const isReady = unready.length === 0 && !isOver && initialized.status === 'True'
  const ready = (type: string): Condition => (isReady ? { type, status: 'True' } : { type, status: 'False', ...why })
  return [
    { type: 'PodReadyToStartContainers', status: isOver ? 'False' : 'True' },
    initialized,
    ready('Ready'),
    ready('ContainersReady'),
    { type: 'PodScheduled', status: 'True' },
  ]
}
