import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createManifest } from '../harness/manifests.ts'
import { Scenario, workspaceManifest } from '../integration/scenario.ts'

const reviewSchema = z.object({ status: z.object({ allowed: z.boolean() }) })
const templateSchema = z.object({ spec: z.object({ template: z.object({ spec: z.looseObject({}) }) }) })

const WORKSPACE_CONTROLLER = 'system:serviceaccount:kaito-workspace:workspace'
const GPU_PROVISIONER = 'system:serviceaccount:gpu-provisioner:gpu-provisioner'

type Asked = [verb: string, resource: string, group?: string, namespace?: string]

/** What the API server itself says about an account (`authorization.k8s.io/v1` SubjectAccessReview). */
async function mayOf(
  scenario: Scenario,
  user: string,
  [verb, resource, group = '', namespace = '']: Asked,
): Promise<boolean> {
  const [plural, subresource] = resource.split('/')
  const { text } = await scenario.bed.kube.ask('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    method: 'POST',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, resourceAttributes: { verb, resource: plural, subresource, group, namespace } },
    },
  })
  return reviewSchema.parse(JSON.parse(text)).status.allowed
}

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection']
const all = (resource: string, group = '', verbs = WRITES) => verbs.map((verb): Asked => [verb, resource, group])

describe('S9 what a controller may never do', () => {
  test.each<[account: string, user: string, never: Asked[], may: Asked]>([
    [
      'the workspace controller: change nodes, or the state of claims',
      WORKSPACE_CONTROLLER,
      [
        ...all('nodes'),
        ...all('nodes/status'),
        ...all('machines/status', 'karpenter.sh'),
        ...all('machines', 'karpenter.sh', ['update', 'patch']),
        // By what nodes are not asked for, unless the values say so.
        ...['nodeclaims', 'nodepools'].flatMap((plural) => all(plural, 'karpenter.sh', ['create', 'update', 'patch'])),
        ['create', 'pods/eviction'],
      ],
      ['create', 'machines', 'karpenter.sh'],
    ],
    [
      'the gpu-provisioner: change workloads or Workspaces, or make claims',
      GPU_PROVISIONER,
      [
        ...['deployments', 'statefulsets', 'daemonsets', 'replicasets'].flatMap((plural) => all(plural, 'apps')),
        ...all('jobs', 'batch'),
        ...all('services'),
        // Pods whose node ends are deleted when the grace period of their NodeClaim is over.
        ...all('pods', '', ['create', 'update', 'patch', 'deletecollection']),
        ...all('persistentvolumeclaims'),
        ...all('volumeattachments', 'storage.k8s.io'),
        ...all('workspaces', 'kaito.sh'),
        ...all('nodes', '', ['create', 'update']),
        ...all('machines', 'karpenter.sh', ['create', 'update']),
      ],
      ['create', 'pods/eviction'],
    ],
    ...[WORKSPACE_CONTROLLER, GPU_PROVISIONER].map((user): [string, string, Asked[], Asked] => [
      `${user}: look for secrets, or get more rights`,
      user,
      [
        ...all('secrets', '', ['list', 'watch', ...WRITES]),
        ...all('secrets', '', user === GPU_PROVISIONER ? ['get'] : []),
        ...all('configmaps', '', ['list', 'watch', 'update', 'deletecollection']),
        ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].flatMap((plural) =>
          all(plural, 'rbac.authorization.k8s.io', [...WRITES, 'bind', 'escalate']),
        ),
        ['create', 'serviceaccounts/token'],
        ['impersonate', 'users'],
        ['create', 'pods'],
        ['create', 'pods/exec'],
        ['get', 'nodes/proxy'],
        ...all('customresourcedefinitions', 'apiextensions.k8s.io'),
        ...all('validatingadmissionpolicies', 'admissionregistration.k8s.io'),
        ['get', 'leases', 'coordination.k8s.io', 'kube-system'],
      ],
      ['create', 'events'],
    ]),
  ])('%s', async (_account, user, never, may) => {
    await using scenario = await Scenario.start()
    expect(await mayOf(scenario, user, may)).toBe(true)
    for (const asked of never) expect(await mayOf(scenario, user, asked), asked.join(' ')).toBe(false)
  })
})

test('S1, S2 a model runs under Pod Security "restricted" but for the user of its image, without a token of the API', async () => {
  await using scenario = await Scenario.start()
  await scenario.apply(workspaceManifest())
  await scenario.condition('WorkspaceReady', { status: 'True' })
  const { kube } = scenario.bed
  const deployment = await kube.ask('/apis/apps/v1/namespaces/default/deployments/phi-3')
  const { spec } = templateSchema.parse(JSON.parse(deployment.text)).spec.template
  expect(spec.automountServiceAccountToken).toBe(false)
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await createManifest(kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'models', labels } })
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'model', namespace: 'models' }, spec }
  const dryRun = '/api/v1/namespaces/models/pods?dryRun=All'
  const refused = await kube.ask(dryRun, { method: 'POST', body: pod })
  expect(refused.text).toMatch(/violates PodSecurity \\"restricted:latest\\": runAsNonRoot != true/)
  expect(refused.text).not.toMatch(/runAsNonRoot != true[^"]*\), /)
  const asUser = { ...pod, spec: { ...spec, securityContext: { runAsNonRoot: true } } }
  expect((await kube.ask(dryRun, { method: 'POST', body: asUser })).status).toBe(201)
})
