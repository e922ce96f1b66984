export interface Percentiles {
  p50: number
  p99: number
}

/** What one run measured; times in milliseconds unless the name says otherwise. */
export interface LifeFigures {
  count: number
  /** Time the emulated cloud needs for one node: its create, and the node's joining. */
  cloudMs: number
  createdToPut: Percentiles
  /** From the last write that made its node usable until its workload was created; of Workspaces only. */
  usableToWorkload: Percentiles
  /** From the first create request until the last is ready. */
  allReadyMs: number
  /** Share of that time in which the API server's only thread was busy: near 1 it is what all wait for. */
  serverBusy: number
  /** From the first delete request until the last is gone. */
  allGoneMs: number
  /** Per life, by controller and then by name: Kubernetes writes, with leases, events and evictions apart. */
  writesPerLife: Record<string, Record<string, number>>
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

export function percentiles(values: number[]): Percentiles {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) }
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

/** Sums a counter of Prometheus' text format by the names that are made of its labels; without a name it is left out. */
export function countsByName(
  text: string,
  counter: string,
  nameOf: (labels: Record<string, string>) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of text.split('\n').filter((one) => one.startsWith(`${counter}{`))) {
    const labels = [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value])
    const name = nameOf(Object.fromEntries(labels))
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return counts
}

export function sum(counts: Record<string, number> = {}): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

/** Later readings minus earlier ones, by name; what was not there before counts from zero. */
export function difference(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]))
}

/** Totals of a run divided by how many lives were in it. */
export function perLife(totals: Record<string, number>, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, total / count]))
}
