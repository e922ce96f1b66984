import type { ClusterClock } from '../cluster-clock.ts'
import type { ClusterEvent } from '../objects/event-recorder.ts'
import type { Container, Probe } from '../objects/pod.ts'
import { runProbe } from './probe.ts'

interface ProbedContainer {
  container: Container
  /** Container port to the loopback port that listens. */
  ports: ReadonlyMap<number, number>
  clock: ClusterClock
  factor: number
  /** Ends with this run of the container; a failed startup or liveness probe ends it. */
  life: AbortController
  /** Aborts when the container is told to stop: what its probes find then is no news. */
  stop: AbortSignal
  tell: (event: ClusterEvent) => void
  onStarted: () => void
  onReady: (ready: boolean) => void
}

/** Runs the probes of a container: until the startup probe has succeeded only that one. */
export function startProbes(probed: ProbedContainer): void {
  const { startupProbe } = probed.container
  if (startupProbe === undefined) {
    startSteadyProbes(probed)
    return
  }
  const startup = new AbortController()
  const life = AbortSignal.any([probed.life.signal, startup.signal])
  probe(probed, { kind: 'Startup', probe: startupProbe, life }, (healthy) => {
    startup.abort()
    if (!healthy) return probed.life.abort()
    probed.onStarted()
    startSteadyProbes(probed)
  })
}

function startSteadyProbes(probed: ProbedContainer): void {
  const { readinessProbe, livenessProbe, name } = probed.container
  const life = probed.life.signal
  if (readinessProbe) probe(probed, { kind: 'Readiness', probe: readinessProbe, life }, probed.onReady)
  if (livenessProbe) {
    probe(probed, { kind: 'Liveness', probe: livenessProbe, life }, (healthy) => {
      if (healthy) return
      const message = `Container ${name} failed liveness probe, will be restarted`
      probed.tell({ type: 'Normal', reason: 'Killing', message })
      probed.life.abort()
    })
  }
}

function probe(
  { container, ports, clock, factor, stop, tell }: ProbedContainer,
  { kind, probe, life }: { kind: string; probe: Probe; life: AbortSignal },
  onVerdict: (healthy: boolean) => void,
): void {
  void runProbe({
    probe,
    target: { container, ports },
    clock,
    factor,
    signal: AbortSignal.any([life, stop]),
    onVerdict: (healthy, why) => {
      if (!healthy) tell({ type: 'Warning', reason: 'Unhealthy', message: `${kind} probe failed: ${why}` })
      onVerdict(healthy)
    },
  })
}
