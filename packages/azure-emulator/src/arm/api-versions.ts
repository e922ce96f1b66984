import { armError } from './arm-error.ts'

const CONTAINER_SERVICE = [
  '2024-02-01',
  '2024-05-01',
  '2024-07-01',
  '2024-08-01',
  '2024-09-01',
  '2024-10-01',
  '2025-01-01',
  '2025-02-01',
  '2025-03-01',
  '2025-04-01',
  '2025-05-01',
  '2025-06-01',
  '2025-07-01',
  '2025-08-01',
  '2025-09-01',
  '2025-10-01',
  '2026-01-01',
  '2026-02-01',
  '2026-03-01',
  '2026-04-01',
  '2026-05-01',
  '2026-06-01',
  '2026-05-02-preview',
  '2026-06-02-preview',
]
const COMPUTE_SKUS = ['2017-03-30', '2017-09-01', '2019-04-01', '2021-07-01']
const COMPUTE_USAGES = [
  '2022-11-01',
  '2023-03-01',
  '2023-07-01',
  '2023-09-01',
  '2024-03-01',
  '2024-07-01',
  '2024-11-01',
  '2025-04-01',
  '2025-11-01',
  '2026-04-01',
]

/** Resource types of the emulator; undefined versions: any well-formed one is served. */
const VERSIONS = {
  'Microsoft.ContainerService/managedClusters': CONTAINER_SERVICE,
  'Microsoft.ContainerService/managedClusters/agentPools': CONTAINER_SERVICE,
  'Microsoft.ContainerService/managedClusters/agentPools/machines': CONTAINER_SERVICE,
  'Microsoft.ContainerService/locations/operations': undefined,
  'Microsoft.Compute/skus': COMPUTE_SKUS,
  'Microsoft.Compute/locations/usages': COMPUTE_USAGES,
} as const

export type ResourceType = keyof typeof VERSIONS

export function checkApiVersion(version: string | null, type: ResourceType, location: string): void {
  if (!version)
    throw armError({
      status: 400,
      code: 'MissingApiVersionParameter',
      message: 'The api-version query parameter (?api-version=) is required for all requests.',
    })
  const supported: readonly string[] | undefined = VERSIONS[type]
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version))
    throw armError({
      status: 400,
      code: 'InvalidApiVersionParameter',
      message: `The api-version '${version}' is invalid. The supported versions are '${(supported ?? CONTAINER_SERVICE).join(',')}'.`,
    })
  if (supported && !supported.includes(version)) {
    const [namespace = '', ...path] = type.split('/')
    throw armError({
      status: 400,
      code: 'NoRegisteredProviderFound',
      message: `No registered resource provider found for location '${location}' and API version '${version}' for type '${path.join('/')}' in namespace '${namespace}'. The supported api-versions are '${supported.join(', ')}'. The supported locations are '${location}'.`,
    })
  }
}
