/** What one run measured; times in milliseconds unless the name says otherwise. */
export interface LifeFigures {
  count: number
  /** Time the emulated cloud needs for one node: its create, and the node's joining. */
  cloudMs: number
  createdToPut: { p50: number; p99: number }
  /** From the first create request until the last is ready. */
  allReadyMs: number
  /** Share of that time in which the API server's only thread was busy: near 1 it is what all wait for. */
  serverBusy: number
  /** From the first delete request until the last is gone. */
  allGoneMs: number
  /** Per life, by controller: Kubernetes writes, with leases, events and evictions apart. */
  writesPerLife: Record<string, number>
  /** Per life, by controller. */
  processorMsPerLife: Record<string, number>
  /** Of a whole run: calls for agent pools by method, lists apart as LIST. */
  armCalls: Record<string, number>
  /** Calls that Azure refused because they were too many. */
  throttled: number
  /** While all were ready. */
  residentMB: Record<string, number>
}

/** A value that occurred, such that the given share of the values is not above it. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** So many calls at once, then so many per second. */
interface CallBucket {
  burst: number
  perSecond: number
}

/** Milliseconds until the last of the calls may go out when all of them are wanted at once and the bucket is full. */
export function bucketMs(calls: number, { burst, perSecond }: CallBucket): number {
  return (Math.max(0, calls - burst) / perSecond) * 1000
}

/** Sums counters of Prometheus' text format over the lines whose labels are accepted. */
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

/** Later readings minus earlier ones, by name; what was not there before counts from zero. */
export function difference(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]))
}

/** Totals of a run divided by how many lives were in it. */
export function perLife(totals: Record<string, number>, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, total / count]))
}
