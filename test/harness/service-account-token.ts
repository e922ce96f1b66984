import { z } from 'zod'
import type { KubeHttp } from './kube-http.ts'

/** Whom AKS's webhook for workload identity makes a token for. */
export const AZURE_TOKEN_AUDIENCE = 'api://AzureADTokenExchange'

const tokenSchema = z.object({ status: z.object({ token: z.string() }) })

/** A token of a ServiceAccount, as the kubelet projects it into a Pod; for the API server unless audiences are named. */
export async function serviceAccountToken(
  kube: KubeHttp,
  { namespace, name }: { namespace: string; name: string },
  audiences?: string[],
): Promise<string> {
  const { status, text } = await kube.ask(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
    method: 'POST',
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { ...(audiences && { audiences }), expirationSeconds: 3600 },
    },
  })
  if (status !== 201) throw new Error(`no token of ${namespace}/${name}: ${text}`)
  return tokenSchema.parse(JSON.parse(text)).status.token
}
