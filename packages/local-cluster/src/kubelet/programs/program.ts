import type { ClusterClock } from '../../cluster-clock.ts'
import type { Container, Pod } from '../../objects/pod.ts'
import type { ClusterNetwork } from '../cluster-network.ts'
import type { KubeletTimings } from '../kubelet-timings.ts'
import type { ContainerPaths } from '../volumes/container-paths.ts'

/** What a simulated container has around it. */
export interface ProgramContext extends ContainerPaths {
  container: Container
  pod: Pod
  /** Aborts when the container is told to stop. */
  signal: AbortSignal
  clock: ClusterClock
  timings: KubeletTimings
  network: ClusterNetwork
  /** Its variables, with all references resolved. */
  env: Record<string, string>
  /** Command and arguments with their variables filled in; empty when the image decides. */
  command: string[]
  /** File of this machine whose content becomes the message of the ended container. */
  terminationLog: string
  /** The program that plays `node /app/tuning-tools.mjs`, and a folder searched first for what it starts. */
  toolsEntry: string | undefined
  toolsPath: string | undefined
  log: (text: string) => void
  /** Says that connections to this port of the container arrive at a loopback port. */
  onListen: (containerPort: number, loopbackPort: number) => void
}

/** Plays a container's main process; the result is its exit code. */
export type Program = (context: ProgramContext) => Promise<number>

/** What plays a container, for whoever knows better than its image's name says; undefined leaves the choice. */
export type ChooseProgram = (container: Container, pod: Pod) => Program | undefined

/** Exit code of a process that SIGTERM has ended. */
export const TERMINATED = 143

/** Resolves when the container is told to stop. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Name of an image without registry, repository, tag and digest. */
export function imageName(image: string): string {
  return (image.split('@')[0]?.split('/').at(-1) ?? '').split(':')[0] ?? ''
}
