import { request as httpRequest } from 'node:http'
import { type ClusterClock, pause } from '../cluster-clock.ts'
import type { Container, Probe } from '../objects/pod.ts'

interface ProbeTarget {
  container: Container
  /** Container port to the loopback port that listens. */
  ports: ReadonlyMap<number, number>
}

/** Undefined when the probe succeeded, else why it failed. */
type ProbeResult = string | undefined

interface ProbeLoop {
  probe: Probe
  target: ProbeTarget
  clock: ClusterClock
  signal: AbortSignal
  /** Multiplies delays and periods until the first success. */
  factor: number
  /** Called when the thresholds turn the verdict, and never twice with the same one. */
  onVerdict: (healthy: boolean, why: ProbeResult) => void
}

/** Probes by the probe's own delays and thresholds until the signal aborts. */
export async function runProbe({ probe, target, clock, signal, factor, onVerdict }: ProbeLoop): Promise<void> {
  const periodMs = (probe.periodSeconds ?? 10) * 1000
  let verdict: boolean | undefined
  let streak = { healthy: true, length: 0 }
  let everHealthy = false
  await pause(clock, (probe.initialDelaySeconds ?? 0) * 1000 * factor, signal)
  while (!signal.aborted) {
    const why = await probeOnce(probe, target, signal)
    const healthy = why === undefined
    streak = { healthy, length: streak.healthy === healthy ? streak.length + 1 : 1 }
    const threshold = healthy ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3)
    if (!signal.aborted && verdict !== healthy && streak.length >= threshold) {
      verdict = healthy
      onVerdict(healthy, why)
    }
    everHealthy ||= healthy
    await pause(clock, everHealthy ? periodMs : periodMs * factor, signal)
  }
}

/** Only `httpGet` is really performed; a running container passes `exec`, and `tcpSocket` when the port is open. */
async function probeOnce(probe: Probe, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port
  if (port === undefined) return undefined
  const number = typeof port === 'number' ? port : namedPort(target.container, port)
  const loopbackPort = number === undefined ? undefined : target.ports.get(number)
  if (loopbackPort === undefined) return `dial tcp: port ${port}: connect: connection refused`
  if (probe.httpGet === undefined) return undefined
  return httpGet(probe, loopbackPort, signal)
}

function namedPort({ ports = [] }: Container, name: string): number | undefined {
  return ports.find((port) => port.name === name)?.containerPort
}

function httpGet({ httpGet: get, timeoutSeconds = 1 }: Probe, port: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path: get?.path ?? '/',
        headers: Object.fromEntries((get?.httpHeaders ?? []).map(({ name, value }) => [name, value])),
        timeout: timeoutSeconds * 1000,
        signal,
      },
      (response) => {
        response.resume()
        const { statusCode = 0 } = response
        resolve(statusCode >= 200 && statusCode < 400 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`)
      },
    )
    request.on('timeout', () => request.destroy(new Error('context deadline exceeded')))
    request.on('error', (error) => resolve(error.message))
    request.end()
  })
}
