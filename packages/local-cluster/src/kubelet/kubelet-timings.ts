/** How fast the simulated machines are, in milliseconds. */
export interface KubeletTimings {
  /** Pull of an image, from request to the container's start. */
  pullMs: number
  /** Loading of a model's weights, from the container's start until `/healthz` answers 200. */
  loadMs: number
  /** How long a tuning run "trains". */
  trainMs: number
  /** How long the machines of one model may take to find each other; then each of them ends with an error. */
  meetMs: number
  /** Pause between renewals of a Node's Lease. */
  leaseMs: number
  /** First pause before a failed container starts again; doubles up to five minutes. */
  crashBackOffMs: number
  /** First pause before a refused image is pulled again; doubles up to five minutes. */
  pullBackOffMs: number
  /** Pause before another try when an object that a pod names is missing. */
  retryMs: number
  /** How soon a change of a Secret, a ConfigMap or the pod's own metadata is seen in its volumes. */
  refreshMs: number
  /** By how much delays and periods of a probe shrink until it succeeds for the first time: models load faster too. */
  probeFactor: number
}

export const DEFAULT_TIMINGS: KubeletTimings = {
  pullMs: 200,
  loadMs: 300,
  trainMs: 500,
  meetMs: 60_000,
  leaseMs: 10_000,
  crashBackOffMs: 10_000,
  pullBackOffMs: 10_000,
  retryMs: 1000,
  refreshMs: 1000,
  probeFactor: 0.1,
}
