import { type ClusterClock, pause } from '../../cluster-clock.ts'
import type { ClusterEvent } from '../../objects/event-recorder.ts'
import type { ContainerState } from '../../objects/pod.ts'
import type { KubeletTimings } from '../kubelet-timings.ts'
import type { PodObjects } from '../pod-objects.ts'
import type { ImageSource, PulledImage } from './image-source.ts'

interface Pull {
  image: string
  images: ImageSource
  objects: PodObjects
  clock: ClusterClock
  timings: KubeletTimings
  signal: AbortSignal
  tell: (event: ClusterEvent) => void
  become: (state: ContainerState) => void
}

const LONGEST_BACK_OFF_MS = 300_000

/**
 * Pulls until it succeeds, with the kubelet's reasons, events and back-off in between; undefined when it was stopped.
 * Each try reads the pull Secrets anew, so that a corrected one heals it.
 */
export async function pullImage(pull: Pull): Promise<{ root: string | undefined } | undefined> {
  const { image, clock, timings, signal, tell, become } = pull
  for (let backOffMs = timings.pullBackOffMs; ; backOffMs = Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS)) {
    tell({ type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"` })
    const pulled = await tryOnce(pull)
    if (signal.aborted) return undefined
    if ('root' in pulled) {
      const how = pulled.root === undefined ? ' (simulated)' : ''
      tell({ type: 'Normal', reason: 'Pulled', message: `Successfully pulled image "${image}"${how}` })
      return pulled
    }
    const failure = `Failed to pull image "${image}": ${pulled.refusal}`
    tell({ type: 'Warning', reason: 'Failed', message: failure })
    tell({ type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' })
    become({ waiting: { reason: 'ErrImagePull', message: failure } })
    await pause(clock, timings.pullMs, signal)
    const waiting = `Back-off pulling image "${image}"`
    tell({ type: 'Normal', reason: 'BackOff', message: waiting })
    tell({ type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' })
    become({ waiting: { reason: 'ImagePullBackOff', message: `${waiting}: ErrImagePull: ${failure}` } })
    await pause(clock, backOffMs, signal)
    if (signal.aborted) return undefined
  }
}

async function tryOnce({ image, images, objects, clock, timings, signal, tell }: Pull): Promise<PulledImage> {
  await pause(clock, timings.pullMs, signal)
  if (signal.aborted) return { refusal: 'context canceled' }
  try {
    const { configs, missing } = await objects.pullConfigs()
    if (missing.length > 0) {
      const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`
      tell({ type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message })
    }
    return await images.pull(image, configs)
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) }
  }
}
