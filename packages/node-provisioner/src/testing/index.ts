export { describeNodeProvisioner, type ProvisionerWorld } from './conformance.ts'
export { createFakeNodeProvisioner, type FakeNodeProvisioner } from './fake-node-provisioner.ts'
export { serveMachine } from './serve-machine.ts'
