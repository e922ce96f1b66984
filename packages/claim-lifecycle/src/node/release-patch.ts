import { TERMINATION_FINALIZER } from '@kaito/api'
import type { MergePatch, Node } from '@kaito/controller-kit'

/** Takes our finalizer off a Node; refused when the Node has changed since it was read. */
export function releasePatch({ metadata: { resourceVersion, finalizers = [] } }: Node): MergePatch {
  const left = finalizers.filter((finalizer) => finalizer !== TERMINATION_FINALIZER)
  return { metadata: { resourceVersion, finalizers: left } }
}
