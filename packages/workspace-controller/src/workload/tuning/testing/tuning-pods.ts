import type { Job, Pod } from '@kaito/controller-kit'
import { tuningProgress } from '../tuning-progress.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')
export const MINUTE = 60_000
export const at = (minutesAgo: number) => new Date(NOW - minutesAgo * MINUTE).toISOString()
const UID = '11111111-2222-4333-8444-555555555555'

export type Status = NonNullable<Pod['status']>
export type State = NonNullable<NonNullable<Status['containerStatuses']>[number]['state']>
export type Condition = NonNullable<Status['conditions']>[number]

export function aJob(status: Job['status'] = {}, annotations: Record<string, string> = {}): Job {
  return {
    metadata: { name: 'ws', namespace: 'default', uid: UID, annotations },
    spec: { backoffLimit: 3, template: { spec: { containers: [] } } },
    status: { active: 1, startTime: at(100), ...status },
  }
}

export const ended = (reason: string, message = '', failed = 1): Job['status'] => ({
  active: 0,
  failed,
  conditions: [
    { type: 'FailureTarget', status: 'True', reason, message, lastTransitionTime: at(1) },
    { type: 'Failed', status: 'True', reason, message, lastTransitionTime: at(1) },
  ],
})

export const done: State = { terminated: { exitCode: 0, reason: 'Completed', finishedAt: at(50) } }
export const running: State = { running: { startedAt: at(40) } }
export const initializing: State = { waiting: { reason: 'PodInitializing' } }
export const failing = (exitCode: number, message?: string, reason = 'Error'): State => {
  return { terminated: { exitCode, reason, finishedAt: at(1), ...(message !== undefined && { message }) } }
}

const STEPS = ['data-downloader', 'trainer', 'packer', 'pusher']
const IMAGES: Record<string, string> = { trainer: 'registry.example/model:1' }
const image = (name: string) => IMAGES[name] ?? 'registry.example/tuning-tools:1'

export interface PodParts {
  status?: Partial<Status>
  metadata?: Partial<Pod['metadata']>
  source?: string
}

/** A Pod as a kubelet tells of it, with the states of its containers in their order; those not named wait. */
export function aPod(states: State[], { status, metadata, source = 'data-downloader' }: PodParts = {}): Pod {
  const names = [source, ...STEPS.slice(1)]
  const told = names.map((name, index) => {
    const state = states[index] ?? initializing
    return { name, ready: false, restartCount: 0, image: image(name), state }
  })
  const containers = names.map((name) => ({ name, image: image(name) }))
  return {
    metadata: {
      name: 'ws-abcde',
      namespace: 'default',
      uid: 'p',
      creationTimestamp: at(60),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'ws', uid: UID, controller: true }],
      ...metadata,
    },
    spec: { nodeName: 'n1', initContainers: containers.slice(0, 3), containers: containers.slice(3) },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(60) }],
      initContainerStatuses: told.slice(0, 3),
      containerStatuses: told.slice(3),
      ...status,
    },
  }
}

export function disrupted(reason: string, message?: string): Condition {
  const condition: Condition = { type: 'DisruptionTarget', status: 'True', reason, lastTransitionTime: at(1) }
  return message === undefined ? condition : { ...condition, message }
}

export function look(job: Job | undefined, pods: Pod[], parts: { before?: { reason: string; message: string } } = {}) {
  return tuningProgress({
    job,
    pods,
    image: 'registry.example/out:1',
    now: NOW,
    startPatienceMs: 120 * 60_000,
    ...parts,
  })
}

export const logs = (container: string) => `"kubectl logs job/ws -n default -c ${container}" says more`
export const AGAIN = 'nothing tries again by itself: "kubectl delete job ws -n default" makes another try'
