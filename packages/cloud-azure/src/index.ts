export { type AzureCloudOptions, createAzureCloud } from './azure-cloud.ts'
export { type CredentialOptions, createCredential } from './credentials.ts'
