export { createAzureCloud } from './azure-cloud.ts'
export type { AzureCloudOptions } from './azure-cloud-options.ts'
export { type CredentialOptions, createCredential } from './credentials.ts'
