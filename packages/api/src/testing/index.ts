export { aMachine, aNodeClaim, aWorkspace } from './builders.ts'
