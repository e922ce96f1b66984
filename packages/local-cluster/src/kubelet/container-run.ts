import { join } from 'node:path'
import { pause, timestamp } from '../cluster-clock.ts'
import type { ClusterEvent } from '../objects/event-recorder.ts'
import type { Container, ContainerState, ContainerStatus } from '../objects/pod.ts'
import { type ContainerImages, createContainer, type PodSurroundings } from './container/create-container.ts'
import { CreationFailure } from './container/creation-failure.ts'
import { terminationMessage } from './container/termination-message.ts'
import { ContainerLog } from './container-log.ts'
import { startProbes } from './container-probes.ts'
import type { ImageSource } from './images/image-source.ts'
import { pullImage } from './images/pull-image.ts'
import type { ChooseProgram, ProgramContext } from './programs/program.ts'
import { selectProgram } from './programs/select-program.ts'

/** What all containers have around them. */
export type ContainerEnvironment = Pick<
  ProgramContext,
  'clock' | 'timings' | 'network' | 'toolsEntry' | 'toolsPath'
> & {
  images: ImageSource
  chooseProgram?: ChooseProgram | undefined
}

interface ContainerRunOptions {
  container: Container
  surroundings: PodSurroundings
  environment: ContainerEnvironment
  /** Restarts by the rules of `Always`, `OnFailure` or `Never`. */
  restartPolicy: string
  /** Something of its status has changed. */
  onChange: () => void
  record: (event: ClusterEvent) => void
}

type CreatedContainer = Awaited<ReturnType<typeof createContainer>>

const LONGEST_BACK_OFF_MS = 300_000
const SIMULATION_FAILED = 128
const NEVER_STARTED = 128
/** What runtimes say of a container that never ran. */
const NO_TIME = '1970-01-01T00:00:00Z'

/** One container of a pod from its first pull to its last end, restarts and probes included. */
export class ContainerRun {
  readonly container: Container
  readonly ports = new Map<number, number>()
  readonly #options: ContainerRunOptions
  readonly #stop = new AbortController()
  #log: ContainerLog
  #previousLog: ContainerLog | undefined
  #state: ContainerState = { waiting: { reason: 'ContainerCreating' } }
  #lastState: ContainerState = {}
  #restarts = 0
  #started = false
  #ready = false

  constructor(options: ContainerRunOptions) {
    this.#options = options
    this.container = options.container
    this.#log = new ContainerLog(options.environment.clock)
  }

  get exitCode(): number | undefined {
    return this.#state.terminated?.exitCode
  }

  /** Up, past its startup probe and, if it has a readiness probe, ready. */
  get started(): boolean {
    return this.#started
  }

  log(previous: boolean): ContainerLog | undefined {
    return previous ? this.#previousLog : this.#log
  }

  status(): ContainerStatus {
    const { name, image } = this.container
    const everRan = this.#state.running ?? this.#state.terminated ?? this.#lastState.terminated
    return {
      name,
      image,
      imageID: everRan ? `simulated://${image}` : '',
      ...(everRan
        ? { containerID: `simulated://${this.#options.surroundings.pod.metadata.uid}/${name}/${this.#restarts}` }
        : {}),
      ready: this.#ready || (this.exitCode === 0 && this.#isInit()),
      started: this.#started,
      restartCount: this.#restarts,
      state: this.#state,
      lastState: this.#lastState,
    }
  }

  /** Tells the process to end, as SIGTERM does, and starts it no more. */
  stop(): void {
    this.#stop.abort()
  }

  /** Resolves when the container has ended for good, with its last exit code; undefined if it never ran. */
  async run(): Promise<number | undefined> {
    const { clock, timings } = this.#options.environment
    const { signal } = this.#stop
    const images = await this.#pull()
    if (images === undefined) return undefined
    for (;;) {
      const created = await this.#create(images)
      if (created === undefined) return this.exitCode
      const exitCode = await this.#start(created)
      const again = this.#restartsAfter(exitCode) && !signal.aborted
      if (!again) return exitCode
      const backOffMs = Math.min(timings.crashBackOffMs * 2 ** this.#restarts, LONGEST_BACK_OFF_MS)
      this.#lastState = this.#state
      if (this.#restarts > 0) {
        const message = `back-off ${Math.round(backOffMs / 1000)}s restarting failed container=${this.container.name}`
        this.#become({ waiting: { reason: 'CrashLoopBackOff', message } })
        this.#tell('Warning', 'BackOff', `Back-off restarting failed container ${this.container.name}`)
        await pause(clock, backOffMs, signal)
        if (signal.aborted) return exitCode
      }
      this.#restarts += 1
    }
  }

  /** First the images that are volumes of this container, then its own. */
  async #pull(): Promise<ContainerImages | undefined> {
    const volumes: ContainerImages['volumes'] = new Map()
    const mounted = new Set(this.container.volumeMounts?.map(({ name }) => name))
    for (const { name, image } of this.#options.surroundings.pod.spec.volumes ?? []) {
      if (image === undefined || !mounted.has(name)) continue
      const pulled = await this.#pullOne(image.reference ?? '')
      if (pulled === undefined) return undefined
      volumes.set(name, pulled.root)
    }
    const pulled = await this.#pullOne(this.container.image)
    return pulled && { root: pulled.root, volumes }
  }

  #pullOne(image: string): ReturnType<typeof pullImage> {
    const { environment, surroundings, record } = this.#options
    return pullImage({
      ...environment,
      objects: surroundings.objects,
      image,
      signal: this.#stop.signal,
      tell: record,
      become: (state) => this.#become(state),
    })
  }

  /** Tries until everything is there that the container names; undefined when it was stopped before. */
  async #create(images: ContainerImages): Promise<CreatedContainer | undefined> {
    const { environment, surroundings } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        return await createContainer(this.container, surroundings, images)
      } catch (error) {
        const failure =
          error instanceof CreationFailure ? error : new CreationFailure('CreateContainerError', String(error), error)
        this.#tell('Warning', 'Failed', `Error: ${failure.message}`)
        this.#become({ waiting: { reason: failure.reason, message: failure.message } })
        await pause(environment.clock, environment.timings.retryMs, signal)
      }
    }
    return undefined
  }

  async #start(created: CreatedContainer): Promise<number> {
    const { clock } = this.#options.environment
    if (this.#restarts > 0) {
      this.#previousLog = this.#log
      this.#log = new ContainerLog(clock)
    }
    if (created.startFailure === undefined) return this.#runOnce(created)
    this.#log.end()
    this.#tell('Warning', 'Failed', `Error: ${created.startFailure}`)
    const ended = { message: created.startFailure, startedAt: NO_TIME, finishedAt: timestamp(clock.now()) }
    this.#become({ terminated: { exitCode: NEVER_STARTED, reason: 'StartError', ...ended } })
    return NEVER_STARTED
  }

  async #runOnce(created: CreatedContainer): Promise<number> {
    const { environment, surroundings } = this.#options
    const { clock } = environment
    const life = new AbortController()
    const startedAt = timestamp(clock.now())
    const log = this.#log
    this.#started = this.container.startupProbe === undefined
    this.#ready = this.#started && this.container.readinessProbe === undefined
    this.#become({ running: { startedAt } })
    this.#tell('Normal', 'Started', `Started container ${this.container.name}`)
    this.#startProbes(life)
    const file = join(surroundings.volumes.terminationFolder, `${this.container.name}-${this.#restarts}`)
    const context = this.#context(created, { life, terminationLog: file })
    const program = environment.chooseProgram?.(this.container, surroundings.pod) ?? selectProgram(context)
    const exitCode = await program(context).catch((error: unknown) => {
      log.write(`the simulation of this container failed: ${String(error)}`)
      return SIMULATION_FAILED
    })
    life.abort()
    log.end()
    this.ports.clear()
    this.#started = false
    this.#ready = false
    const reason = exitCode === 0 ? 'Completed' : 'Error'
    const policy = this.container.terminationMessagePolicy
    const message = await terminationMessage({ file, log, exitCode, policy })
    const ended = { exitCode, reason, ...(message === undefined ? {} : { message }), startedAt }
    this.#become({ terminated: { ...ended, finishedAt: timestamp(clock.now()) } })
    return exitCode
  }

  #context(
    { env, command, paths }: CreatedContainer,
    { life, terminationLog }: { life: AbortController; terminationLog: string },
  ): ProgramContext {
    const log = this.#log
    return {
      ...this.#options.environment,
      ...paths,
      container: this.container,
      pod: this.#options.surroundings.pod,
      env,
      command,
      terminationLog,
      signal: AbortSignal.any([this.#stop.signal, life.signal]),
      log: (text) => log.write(text),
      onListen: (containerPort, loopbackPort) => {
        this.ports.set(containerPort, loopbackPort)
        this.#options.onChange()
      },
    }
  }

  #startProbes(life: AbortController): void {
    const { environment, record, onChange } = this.#options
    const readyAtOnce = this.container.readinessProbe === undefined
    const become = (ready: boolean) => {
      this.#started = true
      this.#ready = ready
      onChange()
    }
    startProbes({
      container: this.container,
      ports: this.ports,
      clock: environment.clock,
      factor: environment.timings.probeFactor,
      life,
      stop: this.#stop.signal,
      tell: record,
      onStarted: () => become(readyAtOnce),
      onReady: become,
    })
  }

  #restartsAfter(exitCode: number): boolean {
    const { restartPolicy } = this.#options
    return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0)
  }

  #isInit(): boolean {
    return this.#options.surroundings.pod.spec.initContainers?.some(({ name }) => name === this.container.name) ?? false
  }

  #become(state: ContainerState): void {
    this.#state = state
    this.#options.onChange()
  }

  #tell(type: ClusterEvent['type'], reason: string, message: string): void {
    this.#options.record({ type, reason, message })
  }
}
