import type { EventRecorder, RivalKind } from '@kaito/controller-kit'

/** The gpu-provisioner of another KAITO installation: ours carry `part-of`. */
export function otherKaito(events: EventRecorder): RivalKind {
  return {
    what: 'another KAITO controller',
    labelSelector: 'app.kubernetes.io/name=gpu-provisioner,app.kubernetes.io/part-of!=kaito-typescript',
    remedy: ({ name, namespace }) =>
      `scale it to 0 (kubectl -n ${namespace} scale deployment ${name} --replicas=0) or uninstall it, see docs/coming-from-kaito.md`,
    events,
  }
}
