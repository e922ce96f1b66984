import type { Pod } from '../../objects/pod.ts'
import type { Job, PodFailurePolicyRule } from '../../objects/workloads.ts'

/** The first rule of the Job's policy that speaks of this failed pod. */
function matchingRule({ spec }: Job, pod: Pod): PodFailurePolicyRule | undefined {
  if (pod.status?.phase !== 'Failed') return undefined
  return spec.podFailurePolicy?.rules.find((rule) => matchesConditions(rule, pod) || matchesExitCode(rule, pod))
}

function matchesConditions({ onPodConditions = [] }: PodFailurePolicyRule, { status }: Pod): boolean {
  return onPodConditions.some(({ type, status: wanted = 'True' }) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === wanted),
  )
}

function matchesExitCode({ onExitCodes }: PodFailurePolicyRule, { status }: Pod): boolean {
  if (onExitCodes === undefined) return false
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .filter(({ name }) => onExitCodes.containerName === undefined || onExitCodes.containerName === name)
    .map(({ state }) => state.terminated?.exitCode ?? 0)
    .some((code) => code !== 0 && onExitCodes.values.includes(code) === (onExitCodes.operator === 'In'))
}

/** Whether the failure does not count, because the policy says so. */
export function isIgnored(job: Job, pod: Pod): boolean {
  return matchingRule(job, pod)?.action === 'Ignore'
}

/** Why this pod's failure ends the whole Job, if the policy says so. */
export function failsJob(job: Job, pod: Pod): string | undefined {
  const rule = matchingRule(job, pod)
  if (rule?.action !== 'FailJob') return undefined
  const position = job.spec.podFailurePolicy?.rules.indexOf(rule)
  return `Pod ${pod.metadata.namespace}/${pod.metadata.name} failed and matches FailJob rule at index ${position}`
}
