import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const kubeconfigSchema = z.object({
  'current-context': z.string(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.url(),
        'certificate-authority': z.string().optional(),
        'certificate-authority-data': z.string().optional(),
        'insecure-skip-tls-verify': z.boolean().optional(),
      }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.object({
        token: z.string().optional(),
        tokenFile: z.string().optional(),
        'client-certificate': z.string().optional(),
        'client-certificate-data': z.string().optional(),
        'client-key': z.string().optional(),
        'client-key-data': z.string().optional(),
      }),
    }),
  ),
})

/** How to reach an API server: token, client certificate or both; plug-ins and proxies are not supported. */
export interface ClusterConnection {
  server: string
  token: string | undefined
  tls: { ca?: string; cert?: string; key?: string; rejectUnauthorized: boolean }
}

/** Reads the current context of a kubeconfig text; throws an error that names what is missing. */
export function parseKubeconfig(text: string): ClusterConnection {
  const config = kubeconfigSchema.parse(parse(text))
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster
  const user = config.users.find(({ name }) => name === context?.user)?.user
  if (!cluster || !user) throw new Error(`kubeconfig: context "${config['current-context']}" has no cluster or no user`)
  const ca = content(cluster['certificate-authority-data'], cluster['certificate-authority'])
  const cert = content(user['client-certificate-data'], user['client-certificate'])
  const key = content(user['client-key-data'], user['client-key'])
  return {
    server: cluster.server.replace(/\/$/, ''),
    token: user.token ?? (user.tokenFile && readFileSync(user.tokenFile, 'utf8').trim()),
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
    },
  }
}

function content(data: string | undefined, file: string | undefined): string | undefined {
  if (data) return Buffer.from(data, 'base64').toString('utf8')
  return file && readFileSync(file, 'utf8')
}
