export type { Cache, Change, IndexFunctions } from './cache.ts'
export { type Clock, systemClock } from './clock.ts'
export type { CallOptions, DeleteOptions, KubeClient, ListOptions, MergePatch, PatchOptions } from './kube-client.ts'
export {
  type KubernetesObject,
  keyOf,
  type ObjectKey,
  type ObjectMetadata,
  parseKey,
  type Resource,
} from './kubernetes-object.ts'
