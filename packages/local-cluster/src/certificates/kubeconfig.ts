import { stringify } from 'yaml'

/** Text of a kubeconfig file with one context. */
export function kubeconfig({ url, caPem, token }: { url: string; caPem: string; token: string }): string {
  const name = 'local-cluster'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  })
}
