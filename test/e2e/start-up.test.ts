import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createManifest } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { armCalls, livePools } from '../integration/emulated-azure.ts'
import { workspaceManifest } from '../integration/scenario.ts'
import { CHARTS, type Chart } from './charts.ts'
import { done, type Installation, rolledOut, startInstallation } from './installation.ts'

const eventsSchema = z.object({
  items: z.array(
    z.looseObject({
      reason: z.string(),
      message: z.string().default(''),
      count: z.number().default(1),
      involvedObject: z.looseObject({ kind: z.string().default(''), name: z.string().default('') }),
    }),
  ),
})
const podsSchema = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      status: z.looseObject({
        containerStatuses: z.array(z.looseObject({ ready: z.boolean(), restartCount: z.number() })).default([]),
      }),
    }),
  ),
})

let site: Installation

beforeEach(async () => {
  site = await startInstallation()
})
afterEach(() => site[Symbol.asyncDispose]())

async function podsOf(chart: Chart) {
  const selector = 'labelSelector=app.kubernetes.io/component=controller'
  const { text } = await site.kube.ask(`/api/v1/namespaces/${CHARTS[chart].namespace}/pods?${selector}`)
  return podsSchema.parse(JSON.parse(text)).items.map(({ metadata, status: { containerStatuses } }) => ({
    name: metadata.name,
    ready: containerStatuses.some(({ ready }) => ready),
    restarts: containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
  }))
}

async function logsOf(chart: Chart, pod: string): Promise<string> {
  return done(await site.kubectl(['logs', pod, '--namespace', CHARTS[chart].namespace]))
}

const count = (text: string, pattern: string) => text.split(pattern).length - 1

/** Waits until a Pod of the chart's controller has said it, and answers that Pod's whole log. */
function said(chart: Chart, words: string): Promise<{ pod: string; log: string }> {
  return until(`a Pod of ${chart} says "${words}"`, async () => {
    for (const { name } of await podsOf(chart)) {
      const { code, out } = await site.kubectl(['logs', name, '--namespace', CHARTS[chart].namespace])
      if (code === 0 && out.includes(words)) return { pod: name, log: out }
    }
    return undefined
  })
}

async function eventsAbout(kind: string, namespace: string) {
  const { text } = await site.kube.ask(`/api/v1/namespaces/${namespace}/events`)
  return eventsSchema.parse(JSON.parse(text)).items.filter(({ involvedObject }) => involvedObject.kind === kind)
}

async function staysUp(chart: Chart, { ready: isReady }: { ready: boolean }): Promise<void> {
  const pods = await podsOf(chart)
  expect(pods.map(({ restarts, ready }) => ({ restarts, ready }))).toEqual([
    { restarts: 0, ready: isReady },
    { restarts: 0, ready: isReady },
  ])
}

describe('a controller that cannot work yet', () => {
  test('for want of a kind says so once, stays up, and works as soon as that comes', async () => {
    // Nothing can be asked for before the kind is there: whoever waits for this chart goes on to the one that brings it.
    done(await site.install('workspace', ['--wait', '--timeout', '60s']))
    const { pod, log } = await said('workspace', 'is not installed')
    expect(log).toMatch(/machines\.karpenter\.sh/)
    await staysUp('workspace', { ready: true })
    const tested = await site.helm(['test', 'workspace', '--namespace', 'kaito-workspace', '--timeout', '60s'])
    expect(tested.code).not.toBe(0)
    done(await site.install('gpu-provisioner'))
    expect(count(await logsOf('workspace', pod), 'is not installed')).toBe(1)
    done(await site.helm(['test', 'workspace', '--namespace', 'kaito-workspace', '--timeout', '60s']))
  })

  test('for want of a role in Azure names action, role and scope in its log and in one event, and works once it has it', async () => {
    const action = 'Microsoft.ContainerService/managedClusters/agentPools/read'
    site.azure.configure({ deniedActions: [action] })
    done(await site.install('gpu-provisioner'))
    const { pod } = await said('gpu-provisioner', action)
    const [event, ...more] = await until('an event about the Pod', async () => {
      const events = (await eventsAbout('Pod', 'gpu-provisioner')).filter(({ reason }) => reason === 'Unauthorized')
      return events.length > 0 && events
    })
    expect(more).toEqual([])
    expect(event).toMatchObject({ involvedObject: { name: pod }, message: expect.stringMatching(action) })
    expect(event?.message).toMatch(/docs\/aks\.md/)
    const leader = (await podsOf('gpu-provisioner')).find(({ name }) => name === pod)
    expect(leader).toMatchObject({ ready: false, restarts: 0 })
    expect(count(await logsOf('gpu-provisioner', pod), 'cannot be listed')).toBe(1)
    site.azure.configure({ deniedActions: [] })
    await rolledOut(site, 'gpu-provisioner')
  })

  test('for want of a federated credential names the subject that it needs', async () => {
    site.azure.configure({ federatedSubject: 'system:serviceaccount:elsewhere:nobody' })
    done(await site.install('gpu-provisioner'))
    const { log } = await said('gpu-provisioner', 'federated credential')
    expect(log).toMatch(/system:serviceaccount:gpu-provisioner:gpu-provisioner/)
    expect(log).toMatch(/api:\/\/AzureADTokenExchange/)
  })

  test('because another KAITO controller runs says which, touches nothing, and works once that is gone', async () => {
    const labels = { 'app.kubernetes.io/name': 'workspace' }
    const metadata = { name: 'workspace', namespace: 'default', labels }
    const containers = [{ name: 'workspace', image: 'mcr.microsoft.com/aks/kaito/workspace:0.12.0' }]
    const spec = {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    }
    await createManifest(site.kube, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec })
    done(await site.install('gpu-provisioner'))
    expect(done(await site.install('workspace'))).toMatch(/default\/workspace|another KAITO/i)
    const { log } = await said('workspace', 'another KAITO controller runs here')
    expect(log).toMatch(/default\/workspace/)
    done(await site.kubectl(['apply', '-f', '-'], { input: JSON.stringify(workspaceManifest()) }))
    await staysUp('workspace', { ready: false })
    expect(await eventsAbout('Deployment', 'default')).toEqual(
      expect.arrayContaining([expect.objectContaining({ reason: 'AnotherController' })]),
    )
    expect((await site.kube.ask('/apis/karpenter.sh/v1alpha5/machines')).text).toMatch(/"items":\[\]/)
    done(await site.kubectl(['scale', 'deployment/workspace', '--replicas=0']))
    done(await site.kubectl(['wait', 'workspace/phi-3', '--for=condition=WorkspaceReady', '--timeout=35s']))
  })
})

test('a restart of the API server is survived: no node is bought anew, and what comes next is served', async () => {
  done(await site.install('gpu-provisioner'))
  done(await site.install('workspace'))
  done(await site.kubectl(['apply', '-f', '-'], { input: JSON.stringify(workspaceManifest()) }))
  done(await site.kubectl(['wait', 'workspace/phi-3', '--for=condition=WorkspaceReady', '--timeout=35s']))
  await site.plane.restartApiServer()
  const second = workspaceManifest('metadata: { name: second }')
  done(await site.kubectl(['apply', '-f', '-'], { input: JSON.stringify(second) }))
  done(await site.kubectl(['wait', 'workspace/second', '--for=condition=WorkspaceReady', '--timeout=35s']))
  expect(armCalls(site.azure).filter((call) => call.startsWith('PUT'))).toHaveLength(2)
  for (const name of ['phi-3', 'second']) done(await site.kubectl(['delete', `workspace/${name}`, '--timeout=35s']))
  expect(livePools(site.azure)).toEqual([])
})
