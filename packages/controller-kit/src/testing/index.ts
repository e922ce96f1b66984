export { definitionFault } from '../process/definition-fault.ts'
export { createFakeCluster, type FakeCache, type FakeCluster } from './fake-cluster.ts'
export { createManualClock, type ManualClock } from './manual-clock.ts'
export { createMemoryLog, type LogLine } from './memory-log.ts'
