export { describeNodeProvisioner } from './conformance.ts'
export { createFakeNodeProvisioner, type FakeNodeProvisioner } from './fake-node-provisioner.ts'
export type { ProvisionerWorld } from './provisioner-world.ts'
export { serveMachine } from './serve-machine.ts'
