export { type CloudUnderTest, describeCloudProvider } from './conformance.ts'
export { createFakeCloud, type FakeCloud, type FakeCloudOptions } from './fake-cloud.ts'
export type { FakeFault, FakeMethod } from './fake-faults.ts'
export { anInstanceSpec } from './instance-spec.ts'
