/** Value of `app.kubernetes.io/part-of` on everything that our charts install, and on nothing of another KAITO. */
const OURS = 'kaito-typescript'

/** How to find the same controller of another KAITO installation by its Deployment, and what a person does about it. */
export function otherKaito(application: 'workspace' | 'gpu-provisioner') {
  return {
    what: 'another KAITO controller',
    labelSelector: `app.kubernetes.io/name=${application},app.kubernetes.io/part-of!=${OURS}`,
    remedy: ({ name, namespace }: { name: string; namespace: string }) =>
      `scale it to 0 (kubectl -n ${namespace} scale deployment ${name} --replicas=0) or uninstall it, see docs/coming-from-kaito.md`,
  }
}
