import { pause, timestamp } from '../cluster-clock.ts'
import type { ClusterEvent } from '../objects/event-recorder.ts'
import type { Container, ContainerState, ContainerStatus, Pod } from '../objects/pod.ts'
import { ContainerLog } from './container-log.ts'
import { runProbe } from './probe.ts'
import type { ChooseProgram, ProgramContext } from './programs/program.ts'
import { pullRefusal, selectProgram } from './programs/select-program.ts'

/** What all containers have around them. */
export type ContainerEnvironment = Pick<ProgramContext, 'clock' | 'timings' | 'network'> & {
  chooseProgram?: ChooseProgram | undefined
}

interface ContainerRunOptions {
  container: Container
  pod: Pod
  environment: ContainerEnvironment
  /** Restarts by the rules of `Always`, `OnFailure` or `Never`. */
  restartPolicy: string
  /** Something of its status has changed. */
  onChange: () => void
  record: (event: ClusterEvent) => void
}

const LONGEST_BACK_OFF_MS = 300_000
const SIMULATION_FAILED = 128

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
      ...(everRan ? { containerID: `simulated://${this.#options.pod.metadata.uid}/${name}/${this.#restarts}` } : {}),
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
    if (!(await this.#pull())) return undefined
    for (;;) {
      const exitCode = await this.#runOnce()
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

  async #pull(): Promise<boolean> {
    const { clock, timings } = this.#options.environment
    const { image } = this.container
    const { signal } = this.#stop
    const refusal = pullRefusal(image)
    this.#tell('Normal', 'Pulling', `Pulling image "${image}"`)
    await pause(clock, timings.pullMs, signal)
    if (refusal === undefined) {
      if (!signal.aborted) this.#tell('Normal', 'Pulled', `Successfully pulled image "${image}" (simulated)`)
      return !signal.aborted
    }
    const failure = `Failed to pull image "${image}": ${refusal}`
    this.#tell('Warning', 'Failed', failure)
    this.#become({ waiting: { reason: 'ErrImagePull', message: failure } })
    await pause(clock, timings.pullMs, signal)
    this.#tell('Warning', 'Failed', 'Error: ImagePullBackOff')
    const message = `Back-off pulling image "${image}": ErrImagePull: ${failure}`
    this.#become({ waiting: { reason: 'ImagePullBackOff', message } })
    // Nothing can make this image appear: the pod stays as it is until it is deleted.
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    return false
  }

  async #runOnce(): Promise<number> {
    const { environment, pod } = this.#options
    const { clock } = environment
    const life = new AbortController()
    const startedAt = timestamp(clock.now())
    if (this.#restarts > 0) {
      this.#previousLog = this.#log
      this.#log = new ContainerLog(clock)
    }
    const log = this.#log
    this.#started = this.container.startupProbe === undefined
    this.#ready = this.#started && this.container.readinessProbe === undefined
    this.#become({ running: { startedAt } })
    this.#tell('Normal', 'Started', `Started container ${this.container.name}`)
    this.#startProbes(life)
    const signal = AbortSignal.any([this.#stop.signal, life.signal])
    const onListen = (containerPort: number, loopbackPort: number) => {
      this.ports.set(containerPort, loopbackPort)
      this.#options.onChange()
    }
    const context = {
      ...environment,
      container: this.container,
      pod,
      signal,
      onListen,
      log: (t: string) => log.write(t),
    }
    const program = environment.chooseProgram?.(this.container, pod) ?? selectProgram(this.container, pod)
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
    this.#become({ terminated: { exitCode, reason, startedAt, finishedAt: timestamp(clock.now()) } })
    return exitCode
  }

  #startProbes(life: AbortController): void {
    const { startupProbe, readinessProbe, livenessProbe } = this.container
    if (startupProbe === undefined) {
      this.#startSteadyProbes(life)
      return
    }
    const startup = new AbortController()
    this.#probe(
      { kind: 'Startup', probe: startupProbe, life: AbortSignal.any([life.signal, startup.signal]) },
      (healthy) => {
        startup.abort()
        if (!healthy) return life.abort()
        this.#started = true
        this.#ready = readinessProbe === undefined
        this.#options.onChange()
        if (readinessProbe ?? livenessProbe) this.#startSteadyProbes(life)
      },
    )
  }

  #startSteadyProbes(life: AbortController): void {
    const { readinessProbe, livenessProbe, name } = this.container
    if (readinessProbe) {
      this.#probe({ kind: 'Readiness', probe: readinessProbe, life: life.signal }, (healthy) => {
        this.#ready = healthy
        this.#options.onChange()
      })
    }
    if (livenessProbe) {
      this.#probe({ kind: 'Liveness', probe: livenessProbe, life: life.signal }, (healthy) => {
        if (healthy) return
        this.#tell('Normal', 'Killing', `Container ${name} failed liveness probe, will be restarted`)
        life.abort()
      })
    }
  }

  #probe(
    { kind, probe, life }: { kind: string; probe: NonNullable<Container['livenessProbe']>; life: AbortSignal },
    onVerdict: (healthy: boolean) => void,
  ): void {
    const signal = AbortSignal.any([life, this.#stop.signal])
    const target = { container: this.container, ports: this.ports }
    void runProbe({
      probe,
      target,
      clock: this.#options.environment.clock,
      factor: this.#options.environment.timings.probeFactor,
      signal,
      onVerdict: (healthy, why) => {
        if (!healthy) this.#tell('Warning', 'Unhealthy', `${kind} probe failed: ${why}`)
        onVerdict(healthy)
      },
    })
  }

  #restartsAfter(exitCode: number): boolean {
    const { restartPolicy } = this.#options
    return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0)
  }

  #isInit(): boolean {
    return this.#options.pod.spec.initContainers?.some(({ name }) => name === this.container.name) ?? false
  }

  #become(state: ContainerState): void {
    this.#state = state
    this.#options.onChange()
  }

  #tell(type: ClusterEvent['type'], reason: string, message: string): void {
    this.#options.record({ type, reason, message })
  }
}
