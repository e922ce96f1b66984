export {
  type AzureEmulator,
  createAzureEmulator,
  type EmulatorCore,
  type EmulatorOptions,
  startAzureEmulator,
} from './azure-emulator.ts'
export type { BillingInterval, Ledger, LedgerEntry } from './billing/ledger.ts'
export { type Clock, realClock } from './clock/clock.ts'
export { type VirtualClock, virtualClock } from './clock/virtual-clock.ts'
export type { RequestRecord } from './control/request-log.ts'
export type { RequestFaultInput as RequestFault } from './faults/request-fault.ts'
export type { NodeObject, NodeRegistry } from './nodes/node-registry.ts'
export { defaultSettings } from './settings.ts'
