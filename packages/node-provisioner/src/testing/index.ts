export { describeNodeProvisioner } from './conformance.ts'
export { createFakeNodeProvisioner, type FakeNodeProvisioner } from './fake-node-provisioner.ts'
export type { ProvisionerWorld } from './provisioner-world.ts'
export { serveClaim } from './serve-claim.ts'
