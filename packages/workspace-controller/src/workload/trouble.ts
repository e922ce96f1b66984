/** What keeps a workload from serving. */
export interface Trouble {
  reason: string
  /** Who has it and what it is. Whatever differs in it is another trouble. */
  what: string
  /** Why, in the words of a kubelet, a scheduler or the model server. */
  cause?: string | undefined
  /** The cause speaks of the whole cluster and changes with it; what was said first stays. */
  isCauseFleeting?: boolean
  /** Arguments for kubectl that show more. */
  ask: string
}

/**
 * The trouble in words that stay the same while it lasts, since each change of them is a write. `before` is what was
 * last told for the same reason: it stays when only numbers of the cause differ (times, ports, identifiers), or when a
 * kubelet has dropped the cause, as it does between two tries.
 */
export function troubleText({ what, cause, isCauseFleeting, ask }: Trouble, before = ''): string {
  const end = `; "kubectl ${ask}" says more`
  const text = `${what}${cause === undefined ? '' : `: ${cause}`}${end}`
  const isSameTrouble = before.startsWith(`${what}: `) && before.endsWith(end)
  const isSameCause = cause === undefined || isCauseFleeting || withoutNumbers(before) === withoutNumbers(text)
  return isSameTrouble && isSameCause ? before : text
}

function withoutNumbers(text: string): string {
  return text.replace(/\S*\d\S*/g, '#')
}
