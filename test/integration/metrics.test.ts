import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonLine, type NodeProcess } from '../harness/child-process.ts'
import { createManifest } from '../harness/manifests.ts'
import { startTestBed } from '../harness/test-bed.ts'
import { until } from '../harness/until.ts'
import { QUICK_AZURE } from './emulated-azure.ts'

const MACHINES = '/apis/karpenter.sh/v1alpha5/machines'
const A100 = 'Standard_NC24ads_A100_v4'
const servingSchema = z.looseObject({ metricsPort: z.number() })

function machine(name: string, instanceType: string) {
  return {
    apiVersion: 'karpenter.sh/v1alpha5',
    kind: 'Machine',
    metadata: { name },
    spec: {
      requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: [instanceType] }],
      resources: { requests: { 'nvidia.com/gpu': 1 } },
    },
  }
}

/** Reads the metrics of a process again and again. */
async function scraper(process: NodeProcess): Promise<() => Promise<string>> {
  const { metricsPort } = await process.line((line) => servingSchema.safeParse(jsonLine(line)).data)
  return async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
}

/** Names of metrics that the dashboard and the alerts ask for. */
function askedFor(): string[] {
  const read = (path: string) => readFileSync(new URL(`../../deploy/monitoring/${path}`, import.meta.url), 'utf8')
  const text = `${read('grafana-dashboard.json')}${read('prometheus-alerts.yaml')}`
  const names = [...text.matchAll(/\bgpu_provisioner_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
  return [...new Set(names)]
}

test('a running gpu-provisioner shows the life of its claims, and everything that dashboard and alerts ask for', async () => {
  const quotas = { 'Standard NCASv3_T4 Family': { limit: 0 } }
  const bed = await startTestBed({ azure: { ...QUICK_AZURE, quotas } })
  try {
    const scrape = await scraper(bed.start('gpu-provisioner', { LEADER_ELECT: 'false' }))
    const shows = (line: RegExp) =>
      until(`metrics show ${line}`, async () => {
        const text = await scrape()
        return line.test(text) && text
      })
    for (const made of [machine('ready1', A100), machine('waits1', 'Standard_NC4as_T4_v3')]) {
      expect((await createManifest(bed.kube, made)).status).toBe(201)
    }
    await shows(/^gpu_provisioner_claims\{kind="Machine",phase="Ready"\} 1$/m)
    await shows(/^gpu_provisioner_claims_waiting\{kind="Machine",reason="QuotaExceeded"\} 1$/m)
    await shows(/^gpu_provisioner_launch_refusals_total\{.*reason="QuotaExceeded"\} \d+$/m)
    const text = await shows(/^gpu_provisioner_launch_duration_seconds_count\{.*outcome="ready"\} 1$/m)
    expect(text).toMatch(new RegExp(`^gpu_provisioner_launches_accepted_total\\{instance_type="${A100}",.*\\} 1$`, 'm'))
    expect(text).toMatch(/^gpu_provisioner_azure_calls_total\{operation="putAgentPool",code="20[01]"\} 1$/m)
    expect(text).toMatch(
      new RegExp(`^gpu_provisioner_gpu_seconds_total\\{instance_type="${A100}",.*\\} [\\d.e-]+$`, 'm'),
    )
    expect(askedFor().filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([])
    expect(text).not.toMatch(/ready1|waits1/)
    await bed.kube.ask(`${MACHINES}/ready1`, { method: 'DELETE' })
    await shows(/^gpu_provisioner_claims\{kind="Machine",phase="Ready"\} 0$/m)
  } finally {
    await bed.stop()
  }
})
