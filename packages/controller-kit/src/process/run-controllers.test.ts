import { expect, test, vi } from 'vitest'
import { createController, watching } from '../controller.ts'
import { LEASES, NODES } from '../core-objects.ts'
import { createMetrics } from '../metrics.ts'
import { createFakeCluster } from '../testing/fake-cluster.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { type RunOptions, runControllers } from './run-controllers.ts'

function aRun(options: Partial<RunOptions> = {}) {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const log = createMemoryLog()
  const metrics = createMetrics()
  const nodes = cluster.cacheOf(NODES)
  const order: string[] = []
  let hold: Promise<void> = Promise.resolve()
  const controller = createController({
    name: 'nodes',
    clock,
    random: () => 1,
    log,
    metrics,
    watches: [watching(nodes, ({ object }) => [object.metadata.name])],
    async reconcile(key) {
      order.push(`begin ${key}`)
      await hold
      order.push(`end ${key}`)
    },
  })
  const stop = new AbortController()
  const start = () =>
    runControllers(
      {
        identity: 'me',
        client: cluster.client,
        caches: [nodes],
        controllers: [controller],
        leaderElection: { enabled: true, namespace: 'system', name: 'leader' },
        healthPort: 0,
        metricsPort: 0,
        log,
        clock,
        metrics,
        onLost: (reason) => order.push(`lost: ${reason}`),
        ...options,
      },
      stop.signal,
    ).then(() => order.push('over'))
  const leads = () => cluster.get(LEASES, 'system/leader')?.spec?.holderIdentity
  const said = (message: string) =>
    vi.waitFor(() => expect(log.lines.map((line) => line.message)).toContain(message), { interval: 1 })
  const ports = () => log.lines.find(({ message }) => message === 'serving health and metrics')?.fields ?? {}
  const holdPasses = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    hold = promise
    return resolve
  }
  return { clock, cluster, order, start, stop: () => stop.abort(), leads, said, ports, holdPasses }
}

const read = async (port: unknown, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`)
  return { status: answer.status, text: await answer.text() }
}

test('on the way out passes end first and the lease goes last', async () => {
  const { clock, cluster, order, start, stop, leads, said, holdPasses } = aRun()
  const release = holdPasses()
  const run = start()
  await said('leading and synced')
  cluster.put(NODES, { metadata: { name: 'n' } })
  await clock.settle()
  stop()
  await clock.settle()
  expect(order).toEqual(['begin n'])
  expect(leads()).toBe('me')
  release()
  await run
  expect(order).toEqual(['begin n', 'end n', 'over'])
  expect(leads()).toBe('')
})

test('does nothing before it leads', async () => {
  const { clock, cluster, order, start, stop, said } = aRun()
  cluster.put(LEASES, { metadata: { namespace: 'system', name: 'leader' }, spec: { holderIdentity: 'other' } })
  cluster.put(NODES, { metadata: { name: 'n' } })
  const run = start()
  await said('serving health and metrics')
  await clock.advance(10_000)
  expect(order).toEqual([])
  stop()
  await run
  expect(order).toEqual(['over'])
  expect(cluster.get(LEASES, 'system/leader')?.spec?.holderIdentity).toBe('other')
})

test('a lost lease is told at once, while passes still run', async () => {
  const { clock, cluster, order, start, stop, said, holdPasses } = aRun()
  const release = holdPasses()
  const run = start()
  await said('leading and synced')
  cluster.put(NODES, { metadata: { name: 'n' } })
  cluster.vanish(LEASES, 'system/leader')
  await clock.advance(2000)
  expect(order).toEqual(['begin n', 'lost: the lease has another holder, or is gone'])
  release()
  stop()
  await run
})

test('probes and metrics are served; readiness names what fails', async () => {
  let connected = false
  const { start, stop, said, ports } = aRun({
    checks: { 'azure reachable': () => connected },
    leaderElection: { enabled: false, namespace: '', name: '' },
  })
  const run = start()
  await said('leading and synced')
  const { healthPort, metricsPort } = ports()
  expect(await read(healthPort, '/healthz')).toEqual({ status: 200, text: 'ok\n' })
  expect(await read(healthPort, '/readyz')).toEqual({ status: 503, text: 'not ready: azure reachable\n' })
  connected = true
  expect(await read(healthPort, '/readyz?verbose')).toEqual({ status: 200, text: 'ok\n' })
  expect((await read(healthPort, '/metrics')).status).toBe(404)
  expect(await read(metricsPort, '/metrics')).toMatchObject({
    status: 200,
    text: expect.stringContaining('reconcile_passes_total'),
  })
  stop()
  await run
})

test('work beside the controllers runs while leading', async () => {
  const seen: string[] = []
  const work = async (signal: AbortSignal) => {
    seen.push('begin')
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    seen.push('end')
  }
  const { start, stop, said } = aRun({ background: [work] })
  const run = start()
  await said('leading and synced')
  expect(seen).toEqual(['begin'])
  stop()
  await run
  expect(seen).toEqual(['begin', 'end'])
})
