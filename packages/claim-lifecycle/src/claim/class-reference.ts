import { AGENT_POOL_CLASSES } from '../class/class-source.ts'

/** Which NodeClaims a provisioner serves: those whose `nodeClassRef` is of this group and one of these kinds. */
export interface ClassReferences {
  readonly group: string
  readonly kinds: readonly string[]
}

/** Whether claims may name a class with settings; every other is but a word. */
export function readsClasses({ group, kinds }: ClassReferences): boolean {
  return group === AGENT_POOL_CLASSES.group && kinds.includes(AGENT_POOL_CLASSES.kind)
}

/** Whether a reference names a class with settings. */
export function namesClass({ group, kind }: { group: string | undefined; kind: string | undefined }): boolean {
  return group === AGENT_POOL_CLASSES.group && kind === AGENT_POOL_CLASSES.kind
}
