import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { parseKubeconfig } from './kubeconfig.ts'
import { kubernetesNodes } from './kubernetes-nodes.ts'
import type { NodeObject, NodeRegistry } from './node-registry.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A server that answers with the given statuses in turn, then 200, and remembers what it was sent. */
async function apiServer(statuses: number[] = []) {
  const seen: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const type = request.headers['content-type'] ?? '-'
    seen.push(`${request.method} ${request.url} ${type} ${request.headers.authorization} ${body}`)
    response.writeHead(statuses.shift() ?? 200).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  return { seen, server: `http://127.0.0.1:${port}` }
}

function registry(server: string, problems: string[] = []): NodeRegistry {
  const nodes = kubernetesNodes({
    connection: { server, token: 'secret', tls: { rejectUnauthorized: true } },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    onProblem: (problem) => problems.push(problem),
  })
  closing.unshift(() => nodes.close?.())
  return nodes
}

const node: NodeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', labels: { a: 'b' }, annotations: {} },
  spec: { providerID: 'azure:///x' },
  status: { capacity: {}, allocatable: {}, addresses: [], nodeInfo: {} },
}

test('registers a Node and removes it again, in that order', async () => {
  const { seen, server } = await apiServer()
  const nodes = registry(server)
  nodes.join(node)
  await vi.waitFor(() => expect(seen).toHaveLength(1))
  nodes.leave('n1')
  await vi.waitFor(() => expect(seen).toHaveLength(2))
  expect(seen[0]).toBe(`POST /api/v1/nodes application/json Bearer secret ${JSON.stringify(node)}`)
  expect(seen[1]).toBe('DELETE /api/v1/nodes/n1 - Bearer secret ')
})

test('brings the labels of a Node that is there in line', async () => {
  const { seen, server } = await apiServer([409])
  registry(server).join(node)
  await vi.waitFor(() => expect(seen).toHaveLength(2))
  expect(seen[1]).toBe(
    'PATCH /api/v1/nodes/n1 application/merge-patch+json Bearer secret {"metadata":{"labels":{"a":"b"},"annotations":{}}}',
  )
})

test('brings no Node back by its labels', async () => {
  const { seen, server } = await apiServer([404])
  const nodes = registry(server)
  nodes.relabel(node)
  await vi.waitFor(() => expect(seen).toHaveLength(1))
  expect(seen[0]).toMatch(/^PATCH /)
})

test('lets nothing that came before it hold up a leave, and joins again after it', async () => {
  const { seen, server } = await apiServer([422])
  const nodes = registry(server)
  nodes.join(node)
  nodes.leave('n1')
  nodes.relabel(node)
  nodes.join(node)
  await vi.waitFor(() => expect(seen).toHaveLength(3))
  expect(seen.map((line) => line.split(' ')[0])).toEqual(['POST', 'DELETE', 'POST'])
})

test('repeats until the server answers, and says why', async () => {
  const { seen, server } = await apiServer([503, 500])
  const problems: string[] = []
  registry(server, problems).join(node)
  await vi.waitFor(() => expect(seen).toHaveLength(3))
  expect(problems).toEqual(['create Node n1: 503 {}', 'create Node n1: 500 {}'])
})

test('takes a Node that is already gone for removed', async () => {
  const { seen, server } = await apiServer([404])
  const problems: string[] = []
  const nodes = registry(server, problems)
  nodes.leave('n1')
  await vi.waitFor(() => expect(seen).toHaveLength(1))
  nodes.leave('n2')
  await vi.waitFor(() => expect(seen).toHaveLength(2))
  expect(problems).toEqual([])
})

test('reads server, token and certificates of the current context', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const text = `
apiVersion: v1
kind: Config
current-context: two
contexts:
- {name: one, context: {cluster: c1, user: u1}}
- {name: two, context: {cluster: c2, user: u2, namespace: x}}
clusters:
- {name: c1, cluster: {server: "https://one"}}
- {name: c2, cluster: {server: "https://two:6443/", certificate-authority-data: ${base64('CA')}}}
users:
- {name: u1, user: {}}
- {name: u2, user: {token: t, client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}}
`
  expect(parseKubeconfig(text)).toEqual({
    server: 'https://two:6443',
    token: 't',
    tls: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true },
  })
  expect(() => parseKubeconfig(text.replace('user: u2', 'user: u3'))).toThrow(/context "two" has no cluster or no user/)
})
