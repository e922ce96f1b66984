import { describe, expect, test } from 'vitest'
import { createManifest } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'

const PODS = '/api/v1/namespaces/default/pods'
const ATTACHMENTS = '/apis/storage.k8s.io/v1/volumeattachments'
const containers = [{ name: 'main', image: 'example.com/busy:1' }]

/** A NodeClaim that is served, and the name of its Node. */
async function servedClaim(scenario: ClaimScenario, spec: object = {}) {
  const claims = scenario.of('NodeClaim')
  await claims.apply('ws1', spec)
  await claims.ready('ws1')
  const nodeName = (await claims.machine('ws1'))?.status?.nodeName ?? ''
  return { claims, nodeName }
}

async function create(
  { bed }: ClaimScenario,
  apiVersion: string,
  kind: string,
  rest: { metadata: object; spec: object },
) {
  const metadata = { name: '', namespace: 'default', ...rest.metadata }
  const { status, text } = await createManifest(bed.kube, { apiVersion, kind, ...rest, metadata })
  expect(text).toContain(metadata.name)
  expect(status).toBe(201)
}

async function isEnding({ bed }: ClaimScenario, pod: string): Promise<boolean> {
  return (await bed.kube.ask(`${PODS}/${pod}`)).text.includes('deletionTimestamp')
}

describe.concurrent('a NodeClaim that is deleted', () => {
  test('ends in its grace period, whatever protects its pods, and names the budget meanwhile (N33, N34, row 15)', async () => {
    await using scenario = await ClaimScenario.start()
    const { claims, nodeName } = await servedClaim(scenario, { terminationGracePeriod: '20s' })
    const spec = {
      nodeName,
      containers,
      terminationGracePeriodSeconds: 1,
      tolerations: [{ key: 'sku', operator: 'Exists' }],
    }
    const annotations = { 'karpenter.sh/do-not-disrupt': 'true' }
    await create(scenario, 'v1', 'Pod', { metadata: { name: 'precious', annotations }, spec })
    const labels = { app: 'guarded' }
    await create(scenario, 'v1', 'Pod', { metadata: { name: 'guarded', labels }, spec })
    await create(scenario, 'policy/v1', 'PodDisruptionBudget', {
      metadata: { name: 'keep' },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    })
    const budget = '/apis/policy/v1/namespaces/default/poddisruptionbudgets/keep'
    const countsPod = async () => (await scenario.bed.kube.ask(budget)).text.includes('"currentHealthy":1')
    await until('the budget counts its pod', countsPod)
    await claims.deleteMachine('ws1')
    await until('an event names the budget', async () => {
      const { text } = await scenario.bed.kube.ask('/api/v1/namespaces/default/events')
      return /FailedDraining/.test(text) && /guarded may not be evicted: The disruption budget keep/.test(text)
    })
    expect([await isEnding(scenario, 'precious'), await isEnding(scenario, 'guarded')]).toEqual([false, false])
    expect(scenario.armCalls(/^DELETE/)).toEqual([])
    const { text } = await scenario.bed.kube.ask(`/api/v1/nodes/${nodeName}`)
    expect(text).toContain('karpenter.sh/disrupted')
    expect(text).not.toContain('"unschedulable"')
    await claims.gone('ws1', 60_000)
    expect([await scenario.hasPod('precious'), await scenario.hasPod('guarded')]).toEqual([false, false])
    expect(scenario.livePools()).toEqual([])
  })

  test('waits for the volumes of the pods that left, not for those of pods that stay (N35, N36)', async () => {
    await using scenario = await ClaimScenario.start()
    const { claims, nodeName } = await servedClaim(scenario)
    await create(scenario, 'v1', 'PersistentVolumeClaim', {
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: '',
        volumeName: 'kept',
        resources: { requests: { storage: '1Gi' } },
      },
    })
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }]
    const tolerations = [{ operator: 'Exists' }]
    await create(scenario, 'v1', 'Pod', {
      metadata: { name: 'agent' },
      spec: { nodeName, containers, volumes, tolerations },
    })
    for (const persistentVolumeName of ['kept', 'waited']) {
      await create(scenario, 'storage.k8s.io/v1', 'VolumeAttachment', {
        metadata: { name: `csi-${persistentVolumeName}`, namespace: undefined },
        spec: { attacher: 'disk.csi.example.com', nodeName, source: { persistentVolumeName } },
      })
    }
    await claims.deleteMachine('ws1')
    const waiting = await claims.condition('ws1', 'VolumesDetached', { status: 'Unknown' })
    expect(waiting).toMatchObject({
      reason: 'AwaitingVolumeDetachment',
      message: 'volumes must be detached from the node first: waited',
    })
    await claims.condition('ws1', 'Drained', { status: 'True' })
    expect(scenario.armCalls(/^DELETE/)).toEqual([])
    await scenario.delete(`${ATTACHMENTS}/csi-waited`)
    await claims.condition('ws1', 'InstanceTerminating', { status: 'True' })
    await claims.gone('ws1', 60_000)
    expect(scenario.livePools()).toEqual([])
  })
})
