import type { ClusterAccess } from '../cluster-access.ts'

/** Reaches the cluster of the kubeconfig's current context over https. */
export function connectByKubeconfig(_kubeconfigText: string): ClusterAccess {
  throw new Error('not connected')
}
