import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonLine } from '../harness/child-process.ts'
import { Scenario } from '../integration/scenario.ts'

const servingSchema = z.looseObject({ healthPort: z.number(), metricsPort: z.number() })
const ELSEWHERE = ['/', '/json', '/json/list', '/debug/pprof/', '/healthz/../json']

test.each(['workspace-controller', 'gpu-provisioner'] as const)(
  'S22 %s serves health and metrics only, on ports of their own, and opens no debugger',
  async (controller) => {
    await using scenario = await Scenario.start()
    const process = scenario.bed.start(controller, { LEADER_ELECT: 'false' })
    const { healthPort, metricsPort } = await process.line((line) => servingSchema.safeParse(jsonLine(line)).data)
    const statusOf = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    expect(await statusOf(healthPort, '/healthz')).toBe(200)
    expect(await statusOf(metricsPort, '/metrics')).toBe(200)
    for (const path of [...ELSEWHERE, '/metrics']) expect(await statusOf(healthPort, path), path).toBe(404)
    for (const path of [...ELSEWHERE, '/healthz']) expect(await statusOf(metricsPort, path), path).toBe(404)
    globalThis.process.kill(process.pid ?? 0, 'SIGUSR1')
    await pause(1_000)
    expect(process.tail).not.toMatch(/Debugger listening/)
    await expect(fetch('http://127.0.0.1:9229/json')).rejects.toThrow(/fetch failed/)
  },
)
