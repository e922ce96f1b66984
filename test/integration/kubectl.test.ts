import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createKubectl, findKubectl } from '../harness/kubectl.ts'
import { createManifest } from '../harness/manifests.ts'
import type { ProgramResult } from '../harness/run-program.ts'
import { until } from '../harness/until.ts'
import { ClaimScenario } from './claim-scenario.ts'
import { Scenario, workspaceManifest } from './scenario.ts'

const ok = ({ code, out, err }: ProgramResult) => {
  expect({ code, err }).toMatchObject({ code: 0 })
  return out
}

describe.skipIf(!findKubectl())('a real kubectl', () => {
  let scenario: Scenario
  let kubectl: ReturnType<typeof createKubectl>

  beforeAll(async () => {
    scenario = await Scenario.start()
    kubectl = createKubectl(scenario.bed)
  })
  afterAll(() => scenario[Symbol.asyncDispose]())

  const run = async (...args: string[]) => ok(await kubectl(args))

  test('applies a Workspace, waits for it and shows its columns', async () => {
    expect(ok(await kubectl(['apply', '-f', '-'], { input: stringify(workspaceManifest()) }))).toBe(
      'workspace.kaito.sh/phi-3 created\n',
    )
    expect(await run('wait', 'workspace/phi-3', '--for=condition=WorkspaceReady', '--timeout=30s')).toBe(
      'workspace.kaito.sh/phi-3 condition met\n',
    )
    const [header, row] = (await run('get', 'wk', 'phi-3')).split('\n')
    expect(header?.split(/\s+/)).toEqual([
      'NAME',
      'INSTANCE',
      'RESOURCEREADY',
      'INFERENCEREADY',
      'WORKSPACEREADY',
      'AGE',
    ])
    expect(row).toMatch(/^phi-3\s+Standard_NC24ads_A100_v4\s+True\s+True\s+True\s+\d+s$/)
    const again = ok(await kubectl(['apply', '-f', '-'], { input: stringify(workspaceManifest()) }))
    expect(again).toBe('workspace.kaito.sh/phi-3 unchanged\n')
  })

  test('shows the Service with its cluster IP and both ports', async () => {
    expect(await run('get', 'service', 'phi-3')).toMatch(
      /phi-3\s+ClusterIP\s+10\.[\d.]+\s+<none>\s+80\/TCP,29500\/TCP\s+\d+s/,
    )
    expect(await run('get', 'svc', 'phi-3', '-o', 'jsonpath={.spec.clusterIPs[0]}')).toMatch(/^10\.[\d.]+$/)
  })

  test('asks the model from a curl pod through the cluster IP', async () => {
    const clusterIp = await run('get', 'svc', 'phi-3', '-o', 'jsonpath={.spec.clusterIPs[0]}')
    const curl = [
      'curl',
      '-X',
      'POST',
      `http://${clusterIp}/chat`,
      '-H',
      'accept: application/json',
      '-H',
      'Content-Type: application/json',
    ]
    await run(
      'run',
      '--restart=Never',
      'curl',
      '--image=curlimages/curl',
      '--',
      ...curl,
      '-d',
      '{"prompt":"What is Kubernetes?"}',
    )
    await run('wait', 'pod/curl', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=20s')
    expect(await run('logs', 'curl')).toMatch(/stand-in/)
    expect(await run('delete', 'pod', 'curl')).toMatch(/pod "curl" deleted/)
  })

  test('asks the model through the API server', async () => {
    expect(await run('get', '--raw', '/api/v1/namespaces/default/services/phi-3:80/proxy/healthz')).not.toBe('')
  })

  test.each<[what: string, args: string[], says: RegExp]>([
    ['version', ['version'], /Server Version: v1\.\d+/],
    [
      'api-resources',
      ['api-resources', '--api-group=kaito.sh'],
      /workspaces\s+wk,wks\s+kaito\.sh\/v1beta1\s+true\s+Workspace/,
    ],
    ['explain', ['explain', 'workspace.resource'], /labelSelector\s+<Object> -required-[\s\S]*Labels of the nodes/],
    ['explain of a field', ['explain', 'workspace.inference.preset.name'], /FIELD: name <string>/],
    ['get -A', ['get', 'workspaces', '-A'], /^NAMESPACE\s+NAME[\s\S]*default\s+phi-3/],
    ['get -o wide', ['get', 'nodes', '-o', 'wide'], /VERSION\s+INTERNAL-IP/],
    ['get -o yaml', ['get', 'workspace', 'phi-3', '-o', 'yaml'], /kind: Workspace/],
    ['get -o json', ['get', 'machines', '-o', 'json'], /"apiVersion": "karpenter\.sh\/v1alpha5"/],
    ['get -l', ['get', 'pods', '-l', 'kaito.sh/workspace=phi-3'], /phi-3-\w+-\w+\s+1\/1\s+Running/],
    ['get of several kinds', ['get', 'deployments,pods,services'], /deployment\.apps\/phi-3[\s\S]*service\/phi-3/],
    ['describe of a Workspace', ['describe', 'workspace', 'phi-3'], /Kind:\s+Workspace[\s\S]*Events:/],
    ['describe of a node', ['describe', 'nodes'], /Allocatable:[\s\S]*nvidia\.com\/gpu:\s+1/],
    ['describe of a pod', ['describe', 'pods'], /Containers:[\s\S]*Conditions:/],
    ['describe of a Deployment', ['describe', 'deployment', 'phi-3'], /NewReplicaSet:\s+phi-3-/],
    ['events', ['get', 'events'], /LAST SEEN\s+TYPE\s+REASON\s+OBJECT\s+MESSAGE[\s\S]*workspace\/phi-3/],
    ['logs of the model', ['logs', 'deployment/phi-3'], /stand-in|simulat/i],
    ['label', ['label', 'workspace', 'phi-3', 'team=a'], /labeled/],
    ['annotate', ['annotate', 'workspace', 'phi-3', 'note=b'], /annotated/],
    ['patch', ['patch', 'workspace', 'phi-3', '--type=merge', '-p', '{"metadata":{"labels":{"team":"b"}}}'], /patched/],
    ['scale', ['scale', 'deployment', 'phi-3', '--replicas=1'], /scaled/],
    ['create', ['create', 'configmap', 'made', '--from-literal=a=b'], /configmap\/made created/],
    ['delete', ['delete', 'configmap', 'made'], /configmap "made" deleted/],
    ['auth can-i', ['auth', 'can-i', 'create', 'workspaces'], /yes/],
  ])('%s works', async (_what, args, says) => expect(await run(...args)).toMatch(says))

  test('edits a Workspace with an editor', async () => {
    const edited = await kubectl(['edit', 'workspace', 'phi-3'], { editor: "sed -i 's/team: b/team: c/'" })
    expect(ok(edited)).toBe('workspace.kaito.sh/phi-3 edited\n')
    expect(await run('get', 'workspace', 'phi-3', '-o', 'jsonpath={.metadata.labels.team}')).toBe('c')
  })

  test('is told why a manifest is refused', async () => {
    const bad = workspaceManifest('inference: { preset: { name: phi-9 } }')
    const unknown = await kubectl(['apply', '-f', '-'], { input: stringify({ ...bad, metadata: { name: 'bad' } }) })
    expect(unknown).toMatchObject({ code: 1, err: expect.stringMatching(/there is no preset "phi-9"/) })
    const misspelt = stringify({ ...workspaceManifest(), metadata: { name: 'bad' }, inferense: {} })
    expect((await kubectl(['apply', '-f', '-'], { input: misspelt })).err).toMatch(/unknown field "inferense"/)
  })

  test('follows a deletion to its end', async () => {
    expect(await run('delete', 'workspace', 'phi-3', '--timeout=30s')).toMatch(/workspace.kaito.sh "phi-3" deleted/)
    expect((await kubectl(['get', 'workspace', 'phi-3'])).err).toMatch(/NotFound/)
    expect(scenario.livePools()).toEqual([])
  })
})

/** Conditions of a NodeClaim in the order that its controller gives them. */
const conditions = (...all: [type: string, status: string, reason: string, message: string][]) =>
  all.map(([type, status, reason, message]) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: '2030-01-01T00:00:00Z',
  }))

function nodeClaim(name: string, group: string) {
  const kind = group === 'kaito.sh' ? 'KaitoNodeClass' : 'AKSNodeClass'
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: { name },
    spec: {
      nodeClassRef: { group, kind, name: 'default' },
      requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC24ads_A100_v4'] }],
      resources: { requests: { 'nvidia.com/gpu': '1' } },
    },
  }
}

describe.skipIf(!findKubectl())('why a claim is not ready yet, as a real kubectl shows it', () => {
  let scenario: ClaimScenario
  let run: (...args: string[]) => Promise<string>
  const NO_QUOTA = { quotas: { StandardNCADSA100v4Family: { limit: 0 }, 'Standard NCASv3_T4 Family': { limit: 0 } } }

  beforeAll(async () => {
    scenario = await ClaimScenario.start({ azure: NO_QUOTA })
    const kubectl = createKubectl(scenario.bed)
    run = async (...args) => ok(await kubectl(args))
  })
  afterAll(() => scenario[Symbol.asyncDispose]())

  /** What stands under the header in the first row: empty columns are spaces only. */
  function column(name: string, table: string): string | undefined {
    const [header = '', row = ''] = table.split('\n')
    const place = header.indexOf(name)
    return place < 0 ? undefined : row.slice(place).split(/\s{2,}/)[0]
  }

  test.each([
    ['machine', 'waits1', /Standard NCASv3_T4 Family/],
    ['nodeclaim', 'waits2', /StandardNCADSA100v4Family/i],
  ])('a %s names the reason, with -o wide the remedy too, and an event says the same', async (kind, name, family) => {
    const t4 = { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC4as_T4_v3'] }
    if (kind === 'machine') await scenario.apply(name, { requirements: [t4] })
    else expect((await createManifest(scenario.bed.kube, nodeClaim(name, 'kaito.sh'))).status).toBe(201)
    await until(
      `${name} waits for quota`,
      async () => column('REASON', await run('get', `${kind}s`, name)) === 'QuotaExceeded',
    )
    const wide = await run('get', `${kind}s`, name, '-o', 'wide')
    expect(column('REASON', wide)).toBe('QuotaExceeded')
    expect(column('MESSAGE', wide)).toMatch(family)
    expect(column('MESSAGE', wide)).toMatch(/next try at/)
    await until(`the event on ${name}`, async () => /Warning\s+QuotaExceeded/.test(await run('describe', kind, name)))
  })

  test.each<[what: string, stored: ReturnType<typeof conditions>, reason: string, message: string]>([
    [
      'the first step that is not met, not the sum of all',
      conditions(
        ['Launched', 'True', 'Launched', ''],
        ['Registered', 'Unknown', 'NodeNotFound', 'Node not registered with cluster'],
        ['Initialized', 'Unknown', 'AwaitingReconciliation', 'object is awaiting reconciliation'],
        ['Ready', 'Unknown', 'ReconcilingDependents', 'Registered=Unknown'],
      ),
      'NodeNotFound',
      'Node not registered with cluster',
    ],
    [
      'nothing of a claim that is ready',
      conditions(
        ['Launched', 'True', 'Launched', ''],
        ['Registered', 'True', 'Registered', ''],
        ['Initialized', 'True', 'Initialized', ''],
        ['Ready', 'True', 'Ready', ''],
      ),
      '',
      '',
    ],
  ])('a NodeClaim of another backend shows %s', async (_what, stored, reason, message) => {
    const { kube } = scenario.bed
    const path = '/apis/karpenter.sh/v1/nodeclaims/other1'
    await createManifest(kube, nodeClaim('other1', 'karpenter.azure.com'))
    expect((await kube.mergePatch(`${path}/status`, { status: { conditions: stored } })).status).toBe(200)
    const wide = await run('get', 'nodeclaim', 'other1', '-o', 'wide')
    expect(column('REASON', wide)).toBe(reason)
    expect(column('MESSAGE', wide)).toBe(message)
    const [, row] = await kube.table(path)
    expect(row?.at(-1)).toBe(reason)
  })
})
