export { CloudError, type CloudErrorOptions, concernsChoice } from './cloud-error.ts'
export type {
  Adoption,
  Call,
  CloudHealth,
  CloudProvider,
  Instance,
  InstanceSpec,
  InstanceState,
} from './cloud-provider.ts'
