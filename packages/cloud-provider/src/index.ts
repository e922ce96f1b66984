export { CloudError, type CloudErrorOptions } from './cloud-error.ts'
export type { Call, CloudHealth, CloudProvider, Instance, InstanceSpec, InstanceState } from './cloud-provider.ts'
