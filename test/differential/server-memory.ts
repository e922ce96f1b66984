import { type ChangedObject, type Edit, objectPath, type Step } from './step.ts'

export type Json = Record<string, unknown>

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What one server showed in one sequence, to make later requests of. */
interface ServerMemory {
  /** Fills in what a step refers to. */
  resolve(step: Step): Step
  learn(step: Step, body: unknown): void
}

const REFERENCE = /@\{(rv|old|uid|continue|list) ?([^}]*)\}/g
const UNSEEN = { rv: '7', old: '7', uid: '00000000-0000-4000-8000-000000000000', continue: 'unseen', list: '7' }

/** Only what was stored, whole, can be sent back. */
function isWhole({ accept = '', query = {} }: Step, { kind }: Json): boolean {
  return !accept.includes('as=') && query.dryRun === undefined && kind !== 'Scale'
}

export function createServerMemory(): ServerMemory {
  const objects = new Map<string, Json>()
  const versions = new Map<string, string[]>()
  const list: { continue?: string; version?: string } = {}
  const meanings: Record<keyof typeof UNSEEN, (path: string) => string | undefined> = {
    rv: (path) => versions.get(path)?.at(-1),
    old: (path) => versions.get(path)?.at(0),
    uid: (path) => uidOf(objects.get(path)),
    continue: () => list.continue,
    list: () => list.version,
  }
  const reference = (text: string): string =>
    text.replace(REFERENCE, (_all, what: keyof typeof UNSEEN, path: string) => meanings[what](path) ?? UNSEEN[what])
  const filled = <T>(value: T): T => (value === undefined ? value : JSON.parse(reference(JSON.stringify(value))))
  return {
    resolve: ({ changed, ...step }) => ({
      ...filled(step),
      ...(changed === undefined ? {} : { body: changedObject(objects.get(changed.from), filled(changed)) }),
    }),
    learn(step, body) {
      if (!isJson(body) || !isJson(body.metadata)) return
      const { resourceVersion, name } = body.metadata
      if (Array.isArray(body.items)) {
        list.continue = typeof body.metadata.continue === 'string' ? body.metadata.continue : UNSEEN.continue
        list.version = String(resourceVersion)
      } else if (typeof resourceVersion === 'string' && typeof name === 'string' && isWhole(step, body)) {
        const path = step.method === 'POST' ? `${step.path}/${name}` : objectPath(step)
        const { managedFields: _managed, ...metadata } = body.metadata
        objects.set(path, { ...body, metadata })
        versions.set(path, [...(versions.get(path) ?? []), resourceVersion])
      }
    },
  }
}

function uidOf(object: Json | undefined): string | undefined {
  return isJson(object?.metadata) && typeof object.metadata.uid === 'string' ? object.metadata.uid : undefined
}

function changedObject(object: Json | undefined, { edits, otherwise }: ChangedObject): unknown {
  const copy: Json = structuredClone(object ?? otherwise)
  for (const edit of edits) applyEdit(copy, edit)
  return copy
}

/** Objects on the way are made; a list is entered by index. */
export function applyEdit(object: Json, edit: Edit): void {
  const steps = edit.at
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = steps.pop() ?? ''
  let place: Json = object
  for (const step of steps) {
    const inner = place[step]
    if (typeof inner === 'object' && inner !== null) place = inner as Json
    else {
      const made: Json = {}
      place[step] = made
      place = made
    }
  }
  if ('value' in edit) place[last] = edit.value
  else delete place[last]
}
