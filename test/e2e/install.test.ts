import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { createManifest } from '../harness/manifests.ts'
import { until } from '../harness/until.ts'
import { armCalls, billedPools, livePools } from '../integration/emulated-azure.ts'
import { workspaceManifest } from '../integration/scenario.ts'
import { CHARTS } from './charts.ts'
import { done, type Installation, rolledOut, startInstallation } from './installation.ts'

const WORKSPACE = '/apis/kaito.sh/v1alpha1/namespaces/default/workspaces/phi-3'
const CHAT = '/api/v1/namespaces/default/services/phi-3:80/proxy/chat'
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'

let site: Installation

beforeAll(async () => {
  site = await startInstallation()
})
afterAll(() => site[Symbol.asyncDispose]())

const puts = () => armCalls(site.azure).filter((call) => call.startsWith('PUT'))
const podsSchema = z.object({ items: z.array(z.looseObject({ metadata: z.looseObject({ uid: z.string() }) })) })

async function modelPods(): Promise<string[]> {
  const { text } = await site.kube.ask('/api/v1/namespaces/default/pods?labelSelector=kaito.sh/workspace')
  return podsSchema.parse(JSON.parse(text)).items.map(({ metadata }) => metadata.uid)
}

async function answersChat(): Promise<void> {
  const chat = await site.kube.ask(CHAT, { method: 'POST', body: { prompt: 'Are you there?' } })
  expect({ status: chat.status, text: chat.text }).toMatchObject({
    status: 200,
    text: expect.stringMatching(/stand-in/),
  })
}

/** What an upgrade, a rollback or an uninstallation must leave as it was. */
async function nothingChanged(change: () => Promise<unknown>): Promise<void> {
  const before = { pods: await modelPods(), live: livePools(site.azure), puts: puts() }
  await change()
  expect({ pods: await modelPods(), live: livePools(site.azure), puts: puts() }).toEqual(before)
  await answersChat()
}

async function bothRolledOut(): Promise<void> {
  await rolledOut(site, 'gpu-provisioner')
  await rolledOut(site, 'workspace')
}

describe('two charts', () => {
  test.each(['workspace', 'gpu-provisioner'] as const)(
    '%s refuses to be installed without its image, by name',
    async (chart) => {
      const refused = await site.helm(['install', chart, CHARTS[chart].path])
      expect(refused.code).not.toBe(0)
      expect(refused.err).toMatch(/image\.repository/)
    },
  )

  test('gpu-provisioner names every Azure setting that is missing, at once', async () => {
    const refused = await site.helm([
      'install',
      'gpu-provisioner',
      CHARTS['gpu-provisioner'].path,
      '--set',
      'image.repository=a/b',
    ])
    expect(refused.code).not.toBe(0)
    for (const name of ['subscriptionId', 'resourceGroup', 'clusterName', 'location', 'clientId', 'tenantId']) {
      expect(refused.err).toMatch(name)
    }
  })

  test('are installed, lead, and say what to do next', async () => {
    const notes = done(await site.install('gpu-provisioner'))
    expect(notes).toMatch(/kubectl/)
    expect(done(await site.install('workspace'))).toMatch(/kubectl/)
    await bothRolledOut()
    for (const chart of ['gpu-provisioner', 'workspace'] as const) {
      const namespace = ['--namespace', CHARTS[chart].namespace]
      expect(done(await site.helm(['test', chart, ...namespace, '--timeout', '60s', '--logs']))).toMatch(/served: /)
    }
  })

  test('serve a Workspace that kubectl applies', async () => {
    done(await site.kubectl(['apply', '-f', '-'], { input: stringify(workspaceManifest()) }))
    done(await site.kubectl(['wait', 'workspace/phi-3', '--for=condition=WorkspaceReady', '--timeout=35s']))
    await answersChat()
    expect(puts()).toHaveLength(1)
  })

  test('keep everything over an upgrade and the way back', async () => {
    for (const chart of ['workspace', 'gpu-provisioner'] as const) {
      const place = ['--namespace', CHARTS[chart].namespace]
      await nothingChanged(async () => {
        const more = ['--set', 'logging.level=debug', '--set', 'podAnnotations.example\\.com/upgraded=yes']
        done(await site.helm(['upgrade', chart, CHARTS[chart].path, ...place, ...site.values(chart), ...more]))
        await rolledOut(site, chart)
      })
      await nothingChanged(async () => {
        done(await site.helm(['rollback', chart, '1', ...place]))
        await rolledOut(site, chart)
      })
    }
  })

  test('bring the definition of Workspaces up to date, and back with a rollback', async () => {
    const newer = await mkdtemp(join(tmpdir(), 'kaito-chart-'))
    await cp(CHARTS.workspace.path, newer, { recursive: true })
    const definition = join(newer, 'files/kaito.sh_workspaces.yaml')
    await writeFile(
      definition,
      (await readFile(definition, 'utf8')).replace('A model, served', 'A newer model, served'),
    )
    const place = ['--namespace', CHARTS.workspace.namespace]
    const isNewer = async () => (await site.kube.ask(`${CRDS}/workspaces.kaito.sh`)).text.includes('A newer model')
    await nothingChanged(async () => {
      done(await site.helm(['upgrade', 'workspace', newer, ...place, ...site.values('workspace')]))
      expect(await isNewer()).toBe(true)
      done(await site.helm(['rollback', 'workspace', ...place]))
      expect(await isNewer()).toBe(false)
    })
    await rm(newer, { recursive: true })
  })

  test('row 13: uninstalled, leave kinds, Workspaces, nodes and running models', async () => {
    await nothingChanged(async () => {
      for (const chart of ['gpu-provisioner', 'workspace'] as const) {
        done(await site.helm(['uninstall', chart, '--namespace', CHARTS[chart].namespace, '--wait']))
      }
    })
    for (const name of ['workspaces.kaito.sh', 'machines.karpenter.sh']) {
      expect((await site.kube.ask(`${CRDS}/${name}`)).status).toBe(200)
    }
    expect((await site.kube.ask(WORKSPACE)).text).toMatch(/"phi-3"/)
    for (const name of ['workspaces.kaito.sh', 'workspaces-advice.kaito.sh']) {
      expect((await site.kube.ask(`${POLICIES}/${name}`)).status).toBe(404)
    }
  })

  test('row 13: installed again under other names, take over without asking Azure for anything new', async () => {
    await nothingChanged(async () => {
      done(await site.install('workspace', [], 'models'))
      done(await site.install('gpu-provisioner', [], 'nodes'))
      await rolledOut(site, 'workspace', { name: 'models-workspace' })
      await rolledOut(site, 'gpu-provisioner', { name: 'nodes-gpu-provisioner' })
      const taken = await until('the Workspace is looked after', async () => {
        done(await site.kubectl(['annotate', '--overwrite', 'workspace/phi-3', 'kaito.sh/enablelb=true']))
        const service = await site.kube.ask('/api/v1/namespaces/default/services/phi-3')
        return service.text.includes('LoadBalancer')
      })
      expect(taken).toBe(true)
    })
  })

  test('refuse, after all this, what the catalogue does not know', async () => {
    const bad = workspaceManifest('metadata: { name: bad }\ninference: { preset: { name: phi-9 } }')
    const refused = await until('the new policy is in force', async () => {
      const { code, err } = await site.kubectl(['create', '--dry-run=server', '-f', '-'], { input: stringify(bad) })
      return code !== 0 && err
    })
    expect(refused).toMatch(/inference\.preset\.name: there is no preset "phi-9"; use one of: .*phi-3-mini-4k-instruct/)
  })

  test('give the node back, and leave an empty ledger', async () => {
    done(await site.kubectl(['delete', 'workspace/phi-3', '--timeout=35s']))
    expect(livePools(site.azure)).toEqual([])
    expect(billedPools(site.azure)).toHaveLength(1)
    expect((await site.kube.ask('/apis/karpenter.sh/v1alpha5/machines')).text).toMatch(/"items":\[\]/)
    for (const [chart, release] of [
      ['workspace', 'models'],
      ['gpu-provisioner', 'nodes'],
    ] as const) {
      done(await site.helm(['uninstall', release, '--namespace', CHARTS[chart].namespace, '--wait']))
    }
  })
})

describe('a kind that is there already', () => {
  test('stays as it is when the gpu-provisioner comes, and is used', async () => {
    const paths = [`${CRDS}/machines.karpenter.sh`, `${CRDS}/nodeclaims.karpenter.sh`]
    await createManifest(site.kube, nodeClaimDefinition())
    const versions = () =>
      Promise.all(
        paths.map(async (path) =>
          z
            .looseObject({ spec: z.unknown(), metadata: z.looseObject({ uid: z.string() }) })
            .parse(JSON.parse((await site.kube.ask(path)).text)),
        ),
      )
    const before = (await versions()).map(({ spec, metadata }) => ({ spec, uid: metadata.uid }))
    done(await site.install('gpu-provisioner'))
    done(await site.install('workspace', ['--namespace', 'models', '--create-namespace']))
    await rolledOut(site, 'gpu-provisioner')
    await rolledOut(site, 'workspace', { namespace: 'models' })
    expect((await versions()).map(({ spec, metadata }) => ({ spec, uid: metadata.uid }))).toEqual(before)
    const second = await site.install('workspace', ['--namespace', 'other', '--create-namespace'], 'second')
    expect(second.code).not.toBe(0)
    expect(second.err).toMatch(/workspaces\.kaito\.sh|kaito-workspace-controller/)
  })
})

/** As another Karpenter brings it; only its name and version matter here. */
function nodeClaimDefinition() {
  const names = { kind: 'NodeClaim', listKind: 'NodeClaimList', plural: 'nodeclaims', singular: 'nodeclaim' }
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'nodeclaims.karpenter.sh' },
    spec: {
      group: 'karpenter.sh',
      names,
      scope: 'Cluster',
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  }
}
