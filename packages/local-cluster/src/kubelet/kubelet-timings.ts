/** How fast the simulated machines are, in milliseconds. */
export interface KubeletTimings {
  /** Pull of an image, from request to the container's start. */
  pullMs: number
  /** Loading of a model's weights, from the container's start until `/healthz` answers 200. */
  loadMs: number
  /** Pause between renewals of a Node's Lease. */
  leaseMs: number
  /** First pause before a failed container starts again; doubles up to five minutes. */
  crashBackOffMs: number
  /** By how much delays and periods of a probe shrink until it succeeds for the first time: models load faster too. */
  probeFactor: number
}

export const DEFAULT_TIMINGS: KubeletTimings = {
  pullMs: 200,
  loadMs: 300,
  leaseMs: 10_000,
  crashBackOffMs: 10_000,
  probeFactor: 0.1,
}
