import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** A metric as Prometheus names it: base units, `_total` for what only grows. Each label must have few values. */
export interface MetricDescription<L extends string> {
  name: string
  help: string
  labels?: readonly L[]
}

/** One value, under the labels it belongs to. */
export interface Reading<L extends string> {
  labels: Record<L, string>
  value: number
}

/** What the kit counts, and how a controller counts what is its own. */
export interface Metrics {
  readonly registry: Registry
  /** `news` answers, whenever somebody reads the metrics, what has come up since it was asked last. */
  counter<L extends string = never>(description: MetricDescription<L>, news?: () => Reading<L>[]): Counter<L>
  histogram<L extends string = never>(description: MetricDescription<L> & { buckets: number[] }): Histogram<L>
  /** Shows what `read` answers when somebody reads the metrics, and nothing of earlier answers. */
  gauge<L extends string = never>(description: MetricDescription<L>, read: () => Reading<L>[]): void
  /** Answers of the Kubernetes API; `status` is `unreachable` when none came. */
  readonly requests: Counter<'verb' | 'resource' | 'status'>
  readonly passes: Counter<'controller' | 'outcome'>
  readonly passSeconds: Histogram<'controller'>
  readonly queueDepth: Gauge<'controller'>
  readonly watchRestarts: Counter<'resource'>
  /** From now on each reading of the metrics asks how many seconds ago the watch last heard from the server. */
  reportSilence(resource: string, seconds: () => number): void
  readonly leading: Gauge
  /** Adds figures of the process: memory, CPU, event loop. They run a timer until the process ends. */
  observeProcess(): void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const silences = new Map<string, () => number>()
  new Gauge({
    name: 'watch_last_event_or_reconnect_age_seconds',
    help: 'Time since the watch last received something or was opened',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const [resource, seconds] of silences) this.set({ resource }, seconds())
    },
  })
  return {
    registry,
    ...createFactories(registry),
    requests: new Counter({
      name: 'kube_requests_total',
      help: 'Requests to the Kubernetes API by verb, resource and HTTP status',
      labelNames: ['verb', 'resource', 'status'],
      registers,
    }),
    passes: new Counter({
      name: 'reconcile_passes_total',
      help: 'Reconcile passes by outcome: done, conflict or failed',
      labelNames: ['controller', 'outcome'],
      registers,
    }),
    passSeconds: new Histogram({
      name: 'reconcile_pass_seconds',
      help: 'Duration of reconcile passes',
      labelNames: ['controller'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'reconcile_queue_depth',
      help: 'Keys that wait for a worker',
      labelNames: ['controller'],
      registers,
    }),
    watchRestarts: new Counter({
      name: 'watch_restarts_total',
      help: 'Watches opened again after an error',
      labelNames: ['resource'],
      registers,
    }),
    reportSilence: (resource, seconds) => void silences.set(resource, seconds),
    leading: new Gauge({ name: 'leader', help: '1 while this process holds the lease', registers }),
    observeProcess: () => collectDefaultMetrics({ register: registry }),
  }
}

function createFactories(registry: Registry): Pick<Metrics, 'counter' | 'histogram' | 'gauge'> {
  const registers = [registry]
  return {
    counter: ({ labels = [], ...rest }, news = () => []) =>
      new Counter({
        ...rest,
        labelNames: labels,
        registers,
        collect() {
          for (const { labels: values, value } of news()) this.inc(values, value)
        },
      }),
    histogram: ({ labels = [], ...rest }) => new Histogram({ ...rest, labelNames: labels, registers }),
    gauge({ labels = [], ...rest }, read) {
      new Gauge({
        ...rest,
        labelNames: labels,
        registers,
        collect() {
          this.reset()
          for (const { labels: values, value } of read()) this.set(values, value)
        },
      })
    },
  }
}
