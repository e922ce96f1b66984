export { CloudError, type CloudErrorOptions, concernsChoice } from './cloud-error.ts'
export type { Call, CloudHealth, CloudProvider, Instance, InstanceSpec, InstanceState } from './cloud-provider.ts'
