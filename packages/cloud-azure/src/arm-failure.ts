/** One code with its text, from any depth of an error body. */
export interface ArmErrorEntry {
  code: string
  message: string
  subcode?: string
}

/** What Azure said no with: an HTTP answer, or the error an operation left behind (then `status` is undefined). */
export interface ArmFailure {
  status: number | undefined
  /** Outer code first, then `details`, then codes quoted inside messages. */
  entries: ArmErrorEntry[]
  retryAfterMs?: number
}

/** An HTTP answer of 400 or above; thrown inside this package only. */
export class ArmRefusal extends Error {
  override readonly name = 'ArmRefusal'
  readonly failure: ArmFailure & { status: number }

  constructor(failure: ArmFailure & { status: number }) {
    super(`Azure answered ${failure.status}`)
    this.failure = failure
  }
}

const EMBEDDED = /Code=\\*"(\w+)\\*"(?:\s+Message=\\*"(.*?)\\*"(?=\s*Target=|\s*$))?/gs
const DEEPEST = 5

/** Flattens an error in either envelope, `{error: {…}}` of Resource Manager or bare as AKS sends it. */
export function armErrorEntries(body: unknown): ArmErrorEntry[] {
  const plain = isRecord(body) && isRecord(body.error) ? body.error : body
  const entries = nested(plain, 0)
  const inner = entries.flatMap(({ message }) => embedded(message))
  return [...entries.map((entry) => ({ ...entry, message: unwrapped(entry.message) })), ...inner]
}

function nested(error: unknown, depth: number): ArmErrorEntry[] {
  if (!isRecord(error) || depth > DEEPEST) return []
  const { code, message, subcode, details } = error
  const inner = Array.isArray(details) ? details.flatMap((detail) => nested(detail, depth + 1)) : []
  if (typeof code !== 'string' || code === '') return inner
  const entry: ArmErrorEntry = { code, message: typeof message === 'string' ? message : '' }
  if (typeof subcode === 'string' && subcode !== '') entry.subcode = subcode
  return [entry, ...inner]
}

function embedded(message: string): ArmErrorEntry[] {
  return [...message.matchAll(EMBEDDED)].map(([whole, code = '', text = whole]) => ({ code, message: text }))
}

/** The words inside `Code="…" Message="…"`, in which AKS hands on what it was told. */
function unwrapped(message: string): string {
  return /^(?:original error: )?Code=\\*"/.test(message) ? (embedded(message)[0]?.message ?? message) : message
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
