export { poolRequest } from './documented-shapes.ts'
