import { stringify } from 'yaml'

interface ClusterUser {
  url: string
  caPem: string
  user: { token: string } | { tokenFile: string }
}

/** Text of a kubeconfig with one context. */
export function kubeconfigOf({ url, caPem, user }: ClusterUser): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') }
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'cluster',
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'user' } }],
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'user', user: 'token' in user ? user : inPod(user) }],
  })
}

/** The token of a file that changes, as the client library itself reads it in a Pod. */
function inPod(config: { tokenFile: string }) {
  return { 'auth-provider': { name: 'tokenFile', config } }
}
