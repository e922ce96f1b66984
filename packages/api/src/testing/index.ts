export { aMachine, aWorkspace } from './builders.ts'
