import { describe, expect, test, vi } from 'vitest'
import { createController, watching } from '../controller.ts'
import { DEPLOYMENTS, LEASES, NODES } from '../core-resources.ts'
import { ApiUnreachable } from '../errors.ts'
import { createMetrics } from '../metrics.ts'
import { aDefinition } from '../testing/definition.ts'
import { createFakeCluster } from '../testing/fake-cluster.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { DEFINITIONS, type NeededKind } from './definition-fault.ts'
import { type RunOptions, runControllers } from './run-controllers.ts'
import { createServedKinds } from './served-kinds.ts'

function aRun({ kinds = [], ...options }: Partial<RunOptions> & { kinds?: NeededKind[] } = {}) {
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
        served: createServedKinds({ client: cluster.client, clock, log, kinds }),
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

test('row 37: on the way out passes end first and the lease goes last', async () => {
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

test('row 30: a lost lease is told at once, while passes still run', async () => {
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
    checks: { cloud: () => (connected ? undefined : 'no rights') },
    leaderElection: { enabled: false, namespace: '', name: '' },
  })
  const run = start()
  await said('leading and synced')
  const { healthPort, metricsPort } = ports()
  expect(await read(healthPort, '/healthz')).toEqual({ status: 200, text: 'ok\n' })
  expect(await read(healthPort, '/readyz')).toEqual({ status: 503, text: 'not ready: cloud (no rights)\n' })
  connected = true
  expect(await read(healthPort, '/readyz?verbose')).toEqual({ status: 200, text: 'ok\n' })
  for (const path of ['/metrics', '/debug/pprof', '/json', '/']) {
    expect((await read(healthPort, path)).status).toBe(404)
  }
  expect((await read(metricsPort, '/healthz')).status).toBe(404)
  expect(await read(metricsPort, '/metrics')).toMatchObject({
    status: 200,
    text: expect.stringContaining('reconcile_passes_total'),
  })
  stop()
  await run
})

test('row 14: a watch that is dead is named by the readiness and leaves the process alive', async () => {
  const clock = createManualClock()
  const nodes = createFakeCluster({ clock }).cacheOf(NODES)
  let healthy = true
  const { start, stop, said, ports } = aRun({ caches: [{ ...nodes, healthy: () => healthy }] })
  const run = start()
  await said('leading and synced')
  const { healthPort } = ports()
  expect(await read(healthPort, '/readyz')).toEqual({ status: 200, text: 'ok\n' })
  healthy = false
  expect(await read(healthPort, '/readyz')).toEqual({
    status: 503,
    text: 'not ready: cache of nodes (its watch is down)\n',
  })
  expect(await read(healthPort, '/healthz')).toEqual({ status: 200, text: 'ok\n' })
  stop()
  await run
})

describe('who leads', () => {
  const lease = { namespace: 'system', name: 'leader' }

  test('is this process, once it does, or without an election', async () => {
    for (const enabled of [true, false]) {
      const { start, stop, said, ports } = aRun({ leaderElection: { enabled, namespace: 'system', name: 'leader' } })
      const run = start()
      await said('leading and synced')
      expect(await read(ports().healthPort, '/leadz')).toEqual({ status: 200, text: 'leader: me; served: \n' })
      stop()
      await run
    }
  })

  test('is another one only while it is seen renewing', async () => {
    const { clock, cluster, start, stop, said, ports } = aRun()
    cluster.put(LEASES, { metadata: lease, spec: { holderIdentity: 'other', renewTime: '0' } })
    const run = start()
    await said('serving health and metrics')
    await clock.advance(4_000)
    const leadz = () => read(ports().healthPort, '/leadz')
    const nobody = { status: 503, text: 'not leading: lease system/leader (nobody was seen renewing it)\n' }
    expect(await leadz()).toEqual(nobody)
    cluster.edit(LEASES, 'system/leader', ({ spec }) => Object.assign(spec ?? {}, { renewTime: '1' }))
    await clock.advance(2_000)
    expect(await leadz()).toEqual({ status: 200, text: 'leader: other; served: \n' })
    cluster.failReads(new ApiUnreachable('away'))
    await clock.advance(15_000)
    expect(await leadz()).toEqual(nobody)
    stop()
    await run
  })

  test('is nobody before the needed kinds are served: no lease is taken and no cache of them runs', async () => {
    const { clock, cluster, order, start, stop, said, leads, ports } = aRun({
      kinds: [{ resource: NODES, fields: ['spec'], comesWith: 'the chart nodes' }],
    })
    cluster.put(NODES, { metadata: { name: 'n' } })
    const run = start()
    await said('a needed definition does not fit, waiting for it')
    await clock.advance(60_000)
    expect([leads(), ...order]).toEqual([undefined])
    const fault = 'definition nodes. (is not installed: install the one of this release, it comes with the chart nodes)'
    const { healthPort } = ports()
    expect(await read(healthPort, '/readyz')).toEqual({ status: 200, text: 'ok\n' })
    expect((await read(healthPort, '/leadz')).text).toContain(`not leading: ${fault}; `)
    cluster.put(DEFINITIONS, { metadata: { name: 'nodes.' }, spec: { versions: [] } })
    await clock.advance(5_000)
    expect((await read(healthPort, '/readyz')).text).toMatch(/^not ready: definition nodes\. \(does not serve v1: /)
    cluster.edit(DEFINITIONS, 'nodes.', (stored) =>
      Object.assign(stored, aDefinition(NODES), { metadata: stored.metadata }),
    )
    await clock.advance(5_000)
    await said('leading and synced')
    expect(await read(healthPort, '/leadz')).toEqual({ status: 200, text: 'leader: me; served: nodes.\n' })
    expect(order).toEqual(['begin n', 'end n'])
    stop()
    await run
  })

  test('is this process without a kind that it can do without, which is served when it appears', async () => {
    const extra: NeededKind = { resource: DEPLOYMENTS, needed: 'never', fields: [], comesWith: 'the chart x' }
    const clock = createManualClock()
    const cluster = createFakeCluster({ clock })
    const deployments = cluster.cacheOf(DEPLOYMENTS)
    const never = { ...deployments, synced: () => false, untilSynced: () => new Promise<void>(() => undefined) }
    const { start, stop, said, ports } = aRun({ kinds: [extra], caches: [never] })
    const run = start()
    await said('leading and synced')
    const { healthPort } = ports()
    expect(await read(healthPort, '/readyz')).toEqual({ status: 200, text: 'ok\n' })
    expect(await read(healthPort, '/leadz')).toEqual({ status: 200, text: 'leader: me; served: \n' })
    stop()
    await run
  })

  test('is nobody while a rival is at work', async () => {
    const what = 'another controller'
    const rivals = { what, labelSelector: 'name=w', remedy: () => 'end it', events: { record: () => undefined } }
    const { clock, cluster, order, start, stop, said, leads, ports } = aRun({ rivals })
    cluster.put(DEPLOYMENTS, { metadata: { namespace: 'x', name: 'w', labels: { name: 'w' } } })
    const run = start()
    await said('another controller runs here, waiting for its end')
    await clock.advance(60_000)
    expect([leads(), ...order]).toEqual([undefined])
    const fault = 'another controller (Deployment x/w runs: end it)'
    expect(await read(ports().healthPort, '/readyz')).toEqual({ status: 503, text: `not ready: ${fault}\n` })
    expect((await read(ports().healthPort, '/leadz')).text).toContain(fault)
    cluster.vanish(DEPLOYMENTS, 'x/w')
    await clock.advance(10_000)
    await said('leading and synced')
    stop()
    await run
  })

  test('is nobody when the process stops while it waits', async () => {
    const { order, start, stop, said, leads } = aRun({
      kinds: [{ resource: NODES, fields: [], comesWith: 'x' }],
      leaderElection: { enabled: false, namespace: '', name: '' },
    })
    const run = start()
    await said('a needed definition does not fit, waiting for it')
    stop()
    await run
    expect([leads(), ...order]).toEqual([undefined, 'over'])
  })
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
