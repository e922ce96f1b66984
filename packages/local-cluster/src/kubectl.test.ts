import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { type LocalCluster, startLocalCluster } from './local-cluster.ts'

vi.setConfig({ testTimeout: 60_000 })

const ROOT = new URL('../../../', import.meta.url).pathname
const WORKSPACE = `${ROOT}deploy/examples/inference-phi-3-mini.yaml`
const hasKubectl = findsKubectl()
if (!hasKubectl) process.stderr.write('no kubectl on the PATH: the tests that drive it are skipped\n')

let cluster: LocalCluster
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-'))
  cluster = await startLocalCluster({ kubelet: { pullMs: 1, loadMs: 1 } })
  await writeFile(join(folder, 'kubeconfig'), cluster.kubeconfig)
})

afterAll(async () => {
  await cluster.stop()
  await rm(folder, { recursive: true })
})

function findsKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

interface Outcome {
  code: number
  out: string
  err: string
}

function options(): string[] {
  return ['--kubeconfig', join(folder, 'kubeconfig'), '--cache-dir', join(folder, 'cache')]
}

/** `input` goes to standard input. */
function kubectl(line: string, input = ''): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const child = execFile('kubectl', [...options(), ...line.split(' ')], (error, out, err) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
  )
  child.stdin?.end(input)
  return promise
}

async function succeeds(line: string, input?: string): Promise<string> {
  const { code, out, err } = await kubectl(line, input)
  expect(code, err).toBe(0)
  return out
}

const NODE = stringify({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', annotations: { 'simulation.kaito.sh/node': 'true' } },
  status: {
    capacity: { cpu: '4', memory: '16Gi', pods: '110' },
    allocatable: { cpu: '4', memory: '16Gi', pods: '110' },
  },
})

function deployment(containers: object[]): string {
  const labels = { app: 'web' }
  const template = { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 0 } }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template }
  return stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec })
}

test.runIf(hasKubectl)('serves a custom kind from its definition to its deletion', async () => {
  await succeeds(`apply -f ${ROOT}crds`)
  await succeeds('wait --for=condition=established crd/workspaces.kaito.sh --timeout=10s')
  expect(await succeeds('api-resources --api-group=kaito.sh')).toMatch(
    /workspaces\s+wk,wks\s+kaito.sh\/v1beta1\s+true\s+Workspace/,
  )
  expect(await succeeds(`apply -f ${WORKSPACE}`)).toBe('workspace.kaito.sh/workspace-phi-3-mini created\n')
  expect(await succeeds(`apply -f ${WORKSPACE}`)).toBe('workspace.kaito.sh/workspace-phi-3-mini unchanged\n')
  expect(await succeeds('get wk')).toMatch(/^NAME\s+INSTANCE\s+RESOURCEREADY\s+INFERENCEREADY\s+WORKSPACEREADY\s+AGE\n/)
  expect(await succeeds('explain workspace.resource')).toContain('instanceType')
  expect(await succeeds('describe workspace workspace-phi-3-mini')).toContain('phi-3-mini-4k-instruct')
  await succeeds('label wk workspace-phi-3-mini team=a')
  await succeeds('annotate wk workspace-phi-3-mini note=b')
  expect(await succeeds('get wk -A -l team=a -o jsonpath={.items[*].metadata.annotations.note}')).toBe('b')
  const wrong = parse(await readFile(WORKSPACE, 'utf8'))
  const unknown = await kubectl('create -f -', stringify({ ...wrong, metadata: { name: 'wrong' }, nonsense: 1 }))
  expect([unknown.code, unknown.err]).toEqual([
    1,
    expect.stringContaining('strict decoding error: unknown field "nonsense"'),
  ])
  expect(await succeeds('delete wk workspace-phi-3-mini')).toContain('deleted')
})

test.runIf(hasKubectl).each([
  ['configmap a --from-literal=x=1', 'configmap/a created\n'],
  ['secret generic s --from-literal=x=1', 'secret/s created\n'],
  ['namespace made', 'namespace/made created\n'],
  ['serviceaccount robot', 'serviceaccount/robot created\n'],
  ['deployment idle --image=nginx --replicas=0', 'deployment.apps/idle created\n'],
  ['service clusterip front --tcp=80:8080', 'service/front created\n'],
  ['job task --image=busybox -- true', 'job.batch/task created\n'],
  ['role reader --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/reader created\n'],
  ['poddisruptionbudget budget --selector=app=x --min-available=1', 'poddisruptionbudget.policy/budget created\n'],
  ['priorityclass high --value=10', 'priorityclass.scheduling.k8s.io/high created\n'],
])('creates %s', async (what, answer) => expect(await succeeds(`create ${what}`)).toBe(answer))

test.runIf(hasKubectl)('runs a Deployment on a simulated node', async () => {
  await succeeds('apply -f -', NODE)
  await succeeds('wait --for=condition=Ready node/n1 --timeout=10s')
  const a = { name: 'a', image: 'nginx' }
  await succeeds('apply -f -', deployment([a, { name: 'b', image: 'nginx' }]))
  await succeeds('rollout status deployment web --timeout=20s')
  await succeeds('apply -f -', deployment([a]))
  expect(await succeeds('get deploy web -o jsonpath={.spec.template.spec.containers[*].name}')).toBe('a')
  await succeeds('scale deployment web --replicas=2')
  await succeeds('rollout status deployment web --timeout=20s')
  expect(await succeeds('get deploy web')).toMatch(/web\s+2\/2\s+2\s+2/)
  expect(await succeeds('get pods -l app=web -o wide')).toMatch(/Running\s+0\s+\S+\s+10\.244\.\S+\s+n1/)
  expect(await succeeds('logs deploy/web')).toContain('simulated container of image nginx')
  expect(await succeeds('get events')).toContain('Scheduled')
  expect(await succeeds('describe deployment web')).toContain('NewReplicaSetAvailable')
  await succeeds('patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"a","image":"z"}]}}}}')
  expect(await succeeds('get deploy web -o jsonpath={.spec.template.spec.containers[*].image}')).toBe('z')
  await succeeds('delete deployment web --cascade=foreground --timeout=20s')
  expect(await succeeds('get replicasets,pods -l app=web -o name')).toBe('')
})

test.runIf(hasKubectl).each([
  ['apply --server-side -f -', NODE, 'server-side apply is not served by this embedded API server'],
  ['exec pod/held -- ls', '', 'pods/exec is not served'],
  ['attach pod/held', '', 'pods/attach is not served'],
])('%s is refused clearly', async (...[line, input, message]) => {
  await kubectl('run held --image=pause --restart=Never')
  const { code, err } = await kubectl(line, input)
  expect([code, err]).toEqual([1, expect.stringContaining(message)])
})

test.runIf(hasKubectl)('shows changes as they come', async () => {
  const watch = spawn('kubectl', [...options(), 'get', 'configmaps', '-w', '-n', 'kube-public', '-o', 'name'])
  const lines = createInterface(watch.stdout)
  const first = once(lines, 'line')
  await succeeds('create configmap seen -n kube-public')
  expect(await first).toEqual(['configmap/seen'])
  watch.kill()
  await once(watch, 'exit')
})

test.runIf(hasKubectl)('answers the small questions', async () => {
  expect(await succeeds('version')).toContain('Server Version: v1.')
  expect(await succeeds('auth can-i delete nodes')).toBe('yes\n')
  expect(await succeeds('auth whoami -o jsonpath={.status.userInfo.username}')).toBe('kubernetes-admin')
  expect(await succeeds('explain deployment.spec.replicas')).toContain('<integer>')
  expect(await succeeds('get --raw /readyz')).toBe('ok')
  expect(await succeeds('create token robot')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  expect((await kubectl('get pods none')).err).toBe('Error from server (NotFound): pods "none" not found\n')
  expect((await kubectl('get --raw /api/v1/namespaces/default/services/front:80/proxy/')).err).toContain(
    'no endpoints available for service "front"',
  )
})
