/** Which NodeClaims a provisioner serves: those whose `nodeClassRef` is of this group and one of these kinds. */
export interface ClassReferences {
  readonly group: string
  readonly kinds: readonly string[]
}

/** The kind of class that is an object with settings; every other is but a word. */
const CLASS = { group: 'kaito.sh', kind: 'AgentPoolClass' }

/** Whether claims may name a class with settings. */
export function readsClasses({ group, kinds }: ClassReferences): boolean {
  return group === CLASS.group && kinds.includes(CLASS.kind)
}

/** Whether a reference names a class with settings. */
export function namesClass({ group, kind }: { group: string | undefined; kind: string | undefined }): boolean {
  return group === CLASS.group && kind === CLASS.kind
}
