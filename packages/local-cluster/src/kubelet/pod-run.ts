import { isDeepStrictEqual } from 'node:util'
import type { ClusterAccess } from '../cluster-access.ts'
import { pause, timestamp } from '../cluster-clock.ts'
import { keyOfObject } from '../object-address.ts'
import { isLostRace } from '../objects/api-refusals.ts'
import type { RecordEvent } from '../objects/event-recorder.ts'
import { isFinished, type Pod } from '../objects/pod.ts'
import type { WatchedObjects } from '../objects/watched-objects.ts'
import { PORT_MAP } from '../simulation-annotations.ts'
import type { PodSurroundings } from './container/create-container.ts'
import { type ContainerEnvironment, ContainerRun } from './container-run.ts'
import { createPodObjects } from './pod-objects.ts'
import { podStatus } from './pod-status.ts'
import { MountFailure, PodVolumes } from './volumes/pod-volumes.ts'

export interface PodRunOptions {
  pod: Pod
  pods: WatchedObjects<Pod>
  hostIP: string
  podIP: string
  /** Reads what the pod names. */
  access: Pick<ClusterAccess, 'get'>
  environment: ContainerEnvironment
  record: RecordEvent
  onFailure: (error: unknown) => void
}

const RETRY_MS = 1000

/** Plays one pod on its node and tells the API server what happens to it. */
export class PodRun {
  readonly podIP: string
  readonly #options: PodRunOptions
  readonly #init: ContainerRun[]
  readonly #containers: ContainerRun[]
  readonly #surroundings: PodSurroundings
  readonly #life: Promise<void>
  readonly #stopping = new AbortController()
  readonly #silence = new AbortController()
  #reporting: Promise<void> | undefined
  #changed = false

  constructor(options: PodRunOptions) {
    this.#options = options
    this.podIP = options.podIP
    const { pod, podIP, hostIP, access } = options
    const named = { address: { podIP, hostIP }, objects: createPodObjects(access, pod) }
    this.#surroundings = { pod, ...named, volumes: new PodVolumes(named) }
    const { initContainers = [], containers, restartPolicy = 'Always' } = pod.spec
    // An init container that succeeded is done; only sidecars among them start again.
    const initPolicy = restartPolicy === 'Never' ? 'Never' : 'OnFailure'
    this.#init = initContainers.map((each) => this.#containerRun(each, each.restartPolicy ?? initPolicy))
    this.#containers = containers.map((each) => this.#containerRun(each, restartPolicy))
    this.#life = this.#live().catch(options.onFailure)
  }

  container(name: string): ContainerRun | undefined {
    return [...this.#init, ...this.#containers].find(({ container }) => container.name === name)
  }

  /** What others have written meanwhile, as when the kubelet was silent, is made true again. */
  tellAgain(): void {
    void this.#report()
  }

  /** Ends every container; resolves when the last one has ended and, unless silent, its end is reported. */
  async stop({ silent }: { silent: boolean }): Promise<void> {
    this.#stopping.abort()
    if (silent) this.#silence.abort()
    for (const run of [...this.#init, ...this.#containers]) run.stop()
    await this.#life
    await this.#report()
  }

  #containerRun(container: ContainerRun['container'], restartPolicy: string): ContainerRun {
    const { pod, environment, record } = this.#options
    return new ContainerRun({
      container,
      surroundings: this.#surroundings,
      environment,
      restartPolicy,
      onChange: () => void this.#report(),
      record: (event) => record(pod, event),
    })
  }

  async #live(): Promise<void> {
    const { pod, volumes } = this.#surroundings
    const ended = new AbortController()
    let freshness: Promise<void> | undefined
    try {
      if (!(await this.#mount())) return
      if (volumes.canChange(pod)) freshness = this.#keepFresh(ended.signal)
      await this.#runContainers()
    } finally {
      ended.abort()
      await freshness
      await volumes.remove()
    }
  }

  async #runContainers(): Promise<void> {
    const { signal } = this.#stopping
    const sidecars: Promise<unknown>[] = []
    const stopSidecars = async () => {
      for (const run of this.#init) run.stop()
      await Promise.all(sidecars)
    }
    for (const run of this.#init) {
      if (signal.aborted) return stopSidecars()
      if (run.container.restartPolicy === 'Always') sidecars.push(run.run())
      else if ((await run.run()) !== 0) return stopSidecars()
    }
    if (signal.aborted) return stopSidecars()
    await Promise.all(this.#containers.map((run) => run.run()))
    await stopSidecars()
  }

  /** Lays out the volumes, as often as it takes until all they show is there; false when the pod was stopped before. */
  async #mount(): Promise<boolean> {
    const { clock, timings } = this.#options.environment
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#surroundings.volumes.prepare(this.#options.pod)
        return true
      } catch (error) {
        this.#tellMountFailure(error)
        void this.#report()
        await pause(clock, timings.retryMs, signal)
      }
    }
    return false
  }

  async #keepFresh(signal: AbortSignal): Promise<void> {
    const { pods, pod, environment } = this.#options
    for (;;) {
      await pause(environment.clock, environment.timings.refreshMs, signal)
      if (signal.aborted) return
      const stored = pods.get(keyOfObject(pod))
      const isSame = stored?.metadata.uid === pod.metadata.uid
      const refreshed = this.#surroundings.volumes.refresh(isSame && stored ? stored : pod)
      await refreshed.catch((error: unknown) => {
        if (!signal.aborted) this.#tellMountFailure(error)
      })
    }
  }

  #tellMountFailure(error: unknown): void {
    const { pod, record, onFailure } = this.#options
    if (error instanceof MountFailure) record(pod, { type: 'Warning', reason: 'FailedMount', message: error.message })
    else onFailure(error)
  }

  /** Writes what is true now; changes while a write is under way are written together after it. */
  #report(): Promise<void> {
    this.#changed = true
    this.#reporting ??= this.#writeChanges().finally(() => {
      this.#reporting = undefined
    })
    return this.#reporting
  }

  async #writeChanges(): Promise<void> {
    // Changes of one turn of the event loop are one write.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#changed && !this.#silence.signal.aborted) {
      this.#changed = false
      await this.#write().catch((error: unknown) => this.#retryAfter(error))
    }
  }

  /** A lost race means that the pod is another one now; anything else is written again. */
  async #retryAfter(error: unknown): Promise<void> {
    if (isLostRace(error)) return
    this.#options.onFailure(error)
    this.#changed = true
    await pause(this.#options.environment.clock, RETRY_MS, this.#silence.signal)
  }

  async #write(): Promise<void> {
    const { pods, hostIP, podIP, environment } = this.#options
    const { uid } = this.#options.pod.metadata
    const stored = pods.get(keyOfObject(this.#options.pod))
    if (stored === undefined || stored.metadata.uid !== uid || isFinished(stored)) return
    const ports = JSON.stringify(
      Object.fromEntries([...this.#init, ...this.#containers].flatMap((run) => [...run.ports])),
    )
    const known = stored.metadata.annotations?.[PORT_MAP] ?? '{}'
    const pod =
      known === ports ? stored : await pods.patch(stored, { metadata: { uid, annotations: { [PORT_MAP]: ports } } })
    const status = podStatus({
      pod,
      init: this.#init.map((run) => run.status()),
      containers: this.#containers.map((run) => run.status()),
      hostIP,
      podIP,
      now: timestamp(environment.clock.now()),
    })
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(status)), pod.status)) {
      await pods.patch(pod, { metadata: { uid }, status }, 'status')
    }
  }
}
