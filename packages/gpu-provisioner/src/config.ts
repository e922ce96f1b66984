import { provisionerSettings, provisionerVariables } from '@kaito/claim-lifecycle'
import { readVariables } from '@kaito/controller-kit'
import { z } from 'zod'
import { GPU_PROVISIONER } from './gpu-provisioner.ts'

const { name } = GPU_PROVISIONER

const environment = z.object({
  ...provisionerVariables({ name, servesMachines: true }),
  ARM_SUBSCRIPTION_ID: z.string(),
  ARM_RESOURCE_GROUP: z.string(),
  AZURE_CLUSTER_NAME: z.string(),
  LOCATION: z.string(),
  /** Another Resource Manager than the public one; https only. */
  ARM_ENDPOINT: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
  /** `off` sends everything at once; otherwise Azure's documented limits hold. */
  ARM_CALL_LIMITS: z.enum(['azure', 'off']).default('azure'),
  SERVICE_ACCOUNT_NAME: z.string().optional(),
  AZURE_TENANT_ID: z.string().optional(),
  AZURE_CLIENT_ID: z.string().optional(),
  AZURE_FEDERATED_TOKEN_FILE: z.string().optional(),
  AZURE_AUTHORITY_HOST: z.url().optional(),
})

type Environment = z.infer<typeof environment>

/** @throws Error that names every key which is missing or wrong. */
export function readConfig(given: Record<string, string | undefined> = process.env) {
  const env = readVariables(environment, given)
  return {
    ...provisionerSettings(env, { name, region: env.LOCATION }),
    azure: azureSettings(env),
    credential: credentialSettings(env),
  }
}

function azureSettings(env: Environment) {
  return {
    subscriptionId: env.ARM_SUBSCRIPTION_ID,
    resourceGroup: env.ARM_RESOURCE_GROUP,
    clusterName: env.AZURE_CLUSTER_NAME,
    location: env.LOCATION,
    ...(env.AZURE_CLIENT_ID !== undefined && { clientId: env.AZURE_CLIENT_ID }),
    ...(env.ARM_ENDPOINT !== undefined && { endpoint: env.ARM_ENDPOINT }),
    ...(env.ARM_CALL_LIMITS === 'off' && { limits: env.ARM_CALL_LIMITS }),
  }
}

function credentialSettings(env: Environment) {
  const { POD_NAMESPACE: namespace, SERVICE_ACCOUNT_NAME: name } = env
  return {
    ...(namespace !== undefined && name !== undefined && { serviceAccount: { namespace, name } }),
    ...(env.AZURE_FEDERATED_TOKEN_FILE !== undefined && { federatedTokenFile: env.AZURE_FEDERATED_TOKEN_FILE }),
    ...(env.AZURE_TENANT_ID !== undefined && { tenantId: env.AZURE_TENANT_ID }),
    ...(env.AZURE_CLIENT_ID !== undefined && { clientId: env.AZURE_CLIENT_ID }),
    ...(env.AZURE_AUTHORITY_HOST !== undefined && { authorityHost: env.AZURE_AUTHORITY_HOST }),
  }
}
