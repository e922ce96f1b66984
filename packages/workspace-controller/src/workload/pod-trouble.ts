import type { Pod } from '@kaito/controller-kit'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/** A scheduler needs a moment to see a new node; only what lasts longer is trouble. */
export const SCHEDULING_PATIENCE_MS = 60_000

/** Reasons of a kubelet for a container that will not start without somebody's help; a pull fails by two names in turn. */
const STUCK: Partial<Record<string, string>> = {
  ImagePullBackOff: 'the image cannot be pulled',
  ErrImagePull: 'the image cannot be pulled',
  InvalidImageName: 'the image cannot be pulled',
  CreateContainerConfigError: 'the container cannot be configured',
  CreateContainerError: 'the container cannot be created',
  RunContainerError: 'the container cannot be started',
}

/** The first thing that keeps a Pod from serving, in words that stay the same while it lasts. */
export function podTrouble(pods: readonly Pod[], now: number): string | undefined {
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return living.flatMap((pod) => troubleOf(pod, now) ?? []).sort()[0]
}

function troubleOf({ metadata: { name, namespace }, spec, status }: Pod, now: number): string | undefined {
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const trouble = containerTrouble(container)
    if (trouble === undefined) continue
    const image = spec?.containers.find((one) => one.name === container.name)?.image ?? ''
    return `Pod ${name}: ${trouble.what} (image ${image}); "kubectl ${trouble.ask} ${name} -n ${namespace}" says more`
  }
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False')
  const lastedMs = now - Date.parse(unscheduled?.lastTransitionTime ?? '')
  if (!unscheduled || lastedMs < SCHEDULING_PATIENCE_MS) return undefined
  return `Pod ${name}: no node takes it: ${unscheduled.message ?? ''}`
}

function containerTrouble(container: ContainerStatus): { what: string; ask: string } | undefined {
  const { ready, restartCount, state, lastState } = container
  const stuck = STUCK[state?.waiting?.reason ?? '']
  if (stuck !== undefined) return { what: stuck, ask: 'describe pod' }
  if (ready || restartCount === 0) return undefined
  const { exitCode, reason } = state?.terminated ?? lastState?.terminated ?? {}
  const end = `exit code ${exitCode ?? 'unknown'}${reason ? ` (${reason})` : ''}`
  return { what: `the model server keeps ending, last with ${end}`, ask: 'logs --previous' }
}
