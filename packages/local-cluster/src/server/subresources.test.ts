import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { createServerCertificate } from '../certificates/certificate-authority.ts'
import { KUBELET_ADDRESS, PORT_MAP } from '../simulation-annotations.ts'
import { metadataOf, serveCluster } from '../testing/served-cluster.ts'

const PODS = '/api/v1/namespaces/default/pods'
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
const servers: Server[] = []
const cluster = serveCluster()
afterAll(() => servers.forEach((server) => void server.close()))

async function listening(server: Server): Promise<number> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function pod(name: string, fields: { spec?: object; annotations?: object } = {}) {
  const { spec = {}, annotations = {} } = fields
  const containers = [{ name: 'main', image: 'i', ports: [{ name: 'http', containerPort: 5000 }] }]
  return { metadata: { name, labels: { app: name }, annotations }, spec: { containers, ...spec } }
}

async function running(name: string, ready: 'True' | 'False'): Promise<void> {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] }
  await cluster.mergePatch(`${PODS}/${name}/status`, { status })
}

test('binds a pod once', async () => {
  await cluster.create(PODS, pod('bound'))
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'bound' },
    target: { kind: 'Node', name: 'n1' },
  }
  expect((await cluster.send('POST', `${PODS}/bound/binding`, { body: binding })).code).toBe(201)
  const { body } = await cluster.send('GET', `${PODS}/bound`)
  expect(body).toMatchObject({
    spec: { nodeName: 'n1' },
    status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
  })
  const again = await cluster.send('POST', `${PODS}/bound/binding`, { body: binding })
  expect([again.code, again.body]).toMatchObject([
    409,
    { message: expect.stringContaining('pod bound is already assigned to node "n1"') },
  ])
})

test('evicts a pod only while its disruption budget allows it', async () => {
  await cluster.create(PODS, pod('guarded'))
  await running('guarded', 'True')
  const selector = { matchLabels: { app: 'guarded' } }
  await cluster.create(BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: 1, selector },
  })
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'guarded' } }
  const evict = () => cluster.send('POST', `${PODS}/guarded/eviction`, { body: eviction })
  const early = await evict()
  expect([early.code, early.headers['retry-after']]).toEqual([429, '10'])
  const status = { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 }
  await cluster.mergePatch(`${BUDGETS}/b/status`, { status })
  expect((await evict()).body).toMatchObject({
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        { reason: 'DisruptionBudget', message: 'The disruption budget b needs 1 healthy pods and has 1 currently' },
      ],
    },
  })
  await cluster.mergePatch(`${BUDGETS}/b/status`, { status: { disruptionsAllowed: 1 } })
  const { resourceVersion } = metadataOf(await cluster.send('GET', `${PODS}/guarded`))
  expect((await evict()).code).toBe(201)
  const watch = `${PODS}?watch=true&timeoutSeconds=1&resourceVersion=${resourceVersion}`
  const events = String((await cluster.send('GET', watch)).body)
    .split('\n')
    .slice(0, 2)
  expect(events).toEqual([
    expect.stringMatching(/"type":"MODIFIED".*"reason":"EvictionByEvictionAPI"/),
    expect.stringMatching(/"type":"MODIFIED".*"deletionTimestamp"/),
  ])
  expect((await cluster.send('GET', `${PODS}/guarded`)).code).toBe(404)
  expect((await cluster.send('GET', `${BUDGETS}/b`)).body).toMatchObject({ status: { disruptionsAllowed: 0 } })
})

test('scales by the scale subresource', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments'
  const labels = { app: 'scaled' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template }
  await cluster.create(path, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'scaled' }, spec })
  const scale = await cluster.send('GET', `${path}/scaled/scale`)
  expect(scale.body).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 1 },
    status: { replicas: 0, selector: 'app=scaled' },
  })
  await cluster.mergePatch(`${path}/scaled/scale`, { spec: { replicas: 3 } })
  expect((await cluster.send('GET', `${path}/scaled`)).body).toMatchObject({
    metadata: { generation: 2 },
    spec: { replicas: 3 },
  })
  const stale = { ...(scale.body as object), spec: { replicas: 7 } }
  expect((await cluster.send('PUT', `${path}/scaled/scale`, { body: stale })).code).toBe(409)
})

test('passes requests on to a ready pod behind a Service', async () => {
  const port = await listening(
    createServer((request, response) => {
      response.writeHead(201, { 'x-path': request.url })
      request.pipe(response)
    }),
  )
  await cluster.create(PODS, pod('served', { annotations: { [PORT_MAP]: JSON.stringify({ 5000: port }) } }))
  const services = '/api/v1/namespaces/default/services'
  const ports = [
    { name: 'http', port: 80, targetPort: 5000 },
    { name: 'extra', port: 29500, targetPort: 29500 },
  ]
  await cluster.create(services, { metadata: { name: 'm' }, spec: { selector: { app: 'served' }, ports } })
  const none = await cluster.send('GET', `${services}/m:80/proxy/healthz`)
  expect([none.code, none.body]).toMatchObject([
    503,
    { reason: 'ServiceUnavailable', message: 'no endpoints available for service "m"' },
  ])
  const subsets = [
    {
      addresses: [{ ip: '10.244.0.1', targetRef: { kind: 'Pod', name: 'served', namespace: 'default' } }],
      ports: [{ name: 'http', port: 5000 }],
    },
  ]
  await cluster.create('/api/v1/namespaces/default/endpoints', { metadata: { name: 'm' }, subsets })
  for (const target of ['m:80', 'm:http', 'http:m:80']) {
    const answer = await cluster.send('POST', `${services}/${target}/proxy/chat/x?y=1&z`, { body: { prompt: 'hello' } })
    expect([answer.code, answer.headers['x-path'], answer.body]).toEqual([201, '/chat/x?y=1&z', { prompt: 'hello' }])
  }
  const wrong = await cluster.send('GET', `${services}/m:81/proxy/`)
  expect([wrong.code, wrong.body]).toMatchObject([503, { message: 'no service port "81" found for service "m"' }])
  expect((await cluster.send('GET', `${PODS}/served:5000/proxy/x`)).headers['x-path']).toBe('/x')
})

test("streams a pod's log from the kubelet of its node", async () => {
  const { certPem, keyPem } = await createServerCertificate()
  const kubelet = createTlsServer({ cert: certPem, key: keyPem }, (request, response) => {
    if (request.url?.includes('/waiting/')) {
      response.writeHead(400).end('container "main" in pod "waiting" is waiting to start: ContainerCreating')
    } else response.end(`asked for ${request.url}\n`)
  })
  const address = `127.0.0.1:${await listening(kubelet)}`
  await cluster.create('/api/v1/nodes', { metadata: { name: 'n2', annotations: { [KUBELET_ADDRESS]: address } } })
  await cluster.create(PODS, pod('logged', { spec: { nodeName: 'n2' } }))
  await cluster.create(PODS, pod('waiting', { spec: { nodeName: 'n2' } }))
  const log = await cluster.send('GET', `${PODS}/logged/log?tailLines=3&container=main`)
  expect([log.code, log.body]).toEqual([200, 'asked for /containerLogs/default/logged/main?tailLines=3\n'])
  const waiting = await cluster.send('GET', `${PODS}/waiting/log`)
  const message = 'container "main" in pod "waiting" is waiting to start: ContainerCreating'
  expect([waiting.code, waiting.body]).toMatchObject([400, { reason: 'BadRequest', message }])
  const wrong = await cluster.send('GET', `${PODS}/logged/log?container=other`)
  expect([wrong.code, wrong.body]).toMatchObject([400, { message: 'container other is not valid for pod logged' }])
})

test('refuses the log of a pod on a node that nobody plays', async () => {
  await cluster.create('/api/v1/nodes', { metadata: { name: 'foreign' } })
  await cluster.create(PODS, pod('abroad', { spec: { nodeName: 'foreign' } }))
  expect(await cluster.send('GET', `${PODS}/abroad/log`)).toMatchObject({ code: 400, body: { reason: 'BadRequest' } })
})

test.each(['exec', 'attach', 'portforward'])('refuses %s clearly', async (subresource) => {
  await cluster.create(PODS, pod(subresource))
  const { code, body } = await cluster.send('POST', `${PODS}/${subresource}/${subresource}`)
  const message = expect.stringContaining('its containers are simulated')
  expect([code, body]).toMatchObject([405, { reason: 'MethodNotAllowed', message }])
})

test('issues tokens that identify their ServiceAccount while it exists', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts'
  await cluster.create(path, { metadata: { name: 'robot' } })
  const request = async (spec: object) => {
    const { code, body } = await cluster.send('POST', `${path}/robot/token`, { body: { spec } })
    return { code, token: (body as { status?: { token?: string } }).status?.token ?? '' }
  }
  const { code, token } = await request({ expirationSeconds: 600 })
  const review = () => cluster.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {}, token })
  expect(code).toBe(201)
  expect((await review()).body).toMatchObject({
    status: { userInfo: { username: 'system:serviceaccount:default:robot' } },
  })
  const other = await request({ audiences: ['elsewhere'] })
  expect((await cluster.send('GET', '/api/v1/pods', { token: other.token })).code).toBe(401)
  expect((await request({ expirationSeconds: 5 })).code).toBe(422)
  await cluster.send('DELETE', `${path}/robot`)
  expect((await review()).code).toBe(401)
})

test('publishes the key its tokens are signed with', async () => {
  const { body } = await cluster.send('GET', '/openid/v1/jwks')
  expect(body).toMatchObject({ keys: [{ kty: 'RSA', alg: 'RS256', use: 'sig' }] })
})

test('allows everything in access reviews and says why', async () => {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const body = { spec: { resourceAttributes: { verb: 'delete', resource: 'nodes' } } }
  const answer = await cluster.send('POST', path, { body })
  const status = { allowed: true, reason: expect.stringContaining('allows everything') }
  expect([answer.code, answer.body]).toMatchObject([201, { kind: 'SelfSubjectAccessReview', ...body, status }])
})

test('describes what it serves, aggregated and one by one', async () => {
  const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  const aggregated = await cluster.send('GET', '/api', { accept: `${v2},application/json` })
  expect(aggregated.headers['content-type']).toBe(v2)
  const { items } = aggregated.body as { items: [{ versions: [{ resources: { resource: string }[] }] }] }
  const pods = items[0].versions[0].resources.find(({ resource }) => resource === 'pods')
  expect(pods).toMatchObject({ scope: 'Namespaced', shortNames: ['po'], responseKind: { kind: 'Pod', version: 'v1' } })
  expect(pods).toHaveProperty('subresources', expect.arrayContaining([expect.objectContaining({ subresource: 'log' })]))
  expect((await cluster.send('GET', '/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
  const apps = await cluster.send('GET', '/apis/apps/v1')
  const scale = { name: 'deployments/scale', group: 'autoscaling', version: 'v1', kind: 'Scale' }
  expect(apps.body).toMatchObject({
    kind: 'APIResourceList',
    resources: expect.arrayContaining([expect.objectContaining(scale)]),
  })
  expect((await cluster.send('GET', '/apis/apps')).body).toMatchObject({
    preferredVersion: { groupVersion: 'apps/v1' },
  })
})
