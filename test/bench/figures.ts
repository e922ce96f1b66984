/** What one run measured; times in milliseconds unless the name says otherwise. */
export interface RunFigures {
  workspaces: number
  /** Time the emulated cloud needs for one node: its create, and the node's joining. */
  cloudMs: number
  createdToPut: { p50: number; p99: number }
  /** From the first create request until the last Workspace is ready. */
  allReadyMs: number
  /** From the first delete request until the last Workspace is gone. */
  allGoneMs: number
  /** Kubernetes writes of the whole life, leases and events apart, by controller. */
  writesPerLife: Record<string, number>
  armCallsPerLife: Record<string, number>
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Sums counters of Prometheus' text format, for lines that carry all the given label values. */
export function counterSum(text: string, name: string, accepts: (labels: Record<string, string>) => boolean): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) => {
      const labels = Object.fromEntries(
        [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
      )
      return accepts(labels) ? Number(line.slice(line.lastIndexOf(' ') + 1)) : 0
    })
    .reduce((sum, value) => sum + value, 0)
}
