import { askedSchema } from './workspace.ts'

/** What is wrong with a Workspace, and where: `inference.adapters[0].strength`. */
export interface WorkspaceFault {
  path: string
  message: string
}

const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/
/** No field of ours is deeper. */
const DEEPEST = 8

/**
 * Why the API server would not take this Workspace if it were new, by the rules of the CustomResourceDefinition and of
 * the admission policy on names. Never throws, whatever the object is.
 */
export function workspaceFaults(object: unknown): WorkspaceFault[] {
  const { error } = askedSchema.safeParse(withoutNulls(object, DEEPEST))
  const faults = error?.issues.map(({ path, message }) => ({ path: shownPath(path), message })) ?? []
  return [...nameFaults(object), ...faults]
}

function nameFaults(object: unknown): WorkspaceFault[] {
  const name = fieldOf(fieldOf(object, 'metadata'), 'name')
  if (typeof name !== 'string' || SERVICE_NAME.test(name)) return []
  const message = `the name "${name}" cannot name a Service: create the Workspace with at most 63 lower-case letters, digits and "-", a letter first`
  return [{ path: 'metadata.name', message }]
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** A field that is null counts as absent, as the API server takes it. */
function withoutNulls(value: unknown, levels: number): unknown {
  if (levels === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, levels - 1))
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) =>
      field === null ? [] : [[name, withoutNulls(field, levels - 1)] as const],
    ),
  )
}

/** Written as the API server does: keys of a map in brackets, since they may hold dots. */
function shownPath(path: PropertyKey[]): string {
  return path.reduce<string>((shown, step, index) => {
    if (typeof step === 'number' || path[index - 1] === 'matchLabels') return `${shown}[${String(step)}]`
    return shown === '' ? String(step) : `${shown}.${String(step)}`
  }, '')
}
