import type { KubeObject } from '../cluster-access.ts'
import { listAt, objectAt, stringAt, valueAt } from '../json.ts'
import type { KindRegistry } from '../kind-definition.ts'

interface StatusOptions {
  kinds: KindRegistry
  /** RFC 3339. */
  now: string
}

/**
 * Status of a CustomResourceDefinition as the API server's own controllers set it: its names are accepted unless
 * another kind of the group has them, and it is established once they are.
 */
export function definitionStatus(crd: KubeObject, { kinds, now }: StatusOptions): Record<string, unknown> {
  const names = objectAt(crd, 'spec', 'names')
  const conflict = nameConflict(crd, kinds)
  const storage = listAt(crd, 'spec', 'versions').find((version) => valueAt(version, 'storage') === true)
  const stored = [...listAt(crd, 'status', 'storedVersions'), stringAt(storage, 'name')]
  const wanted = conflict === undefined ? ACCEPTED : refused(conflict)
  return {
    conditions: wanted.map((condition) => keptOrNew(condition, crd, now)),
    acceptedNames:
      conflict === undefined ? names : (objectAt(crd, 'status', 'acceptedNames') ?? { plural: '', kind: '' }),
    storedVersions: [...new Set(stored)],
  }
}

/** Kinds of a CustomResourceDefinition whose names are taken are not served. */
export function isEstablished(crd: KubeObject): boolean {
  return !listAt(crd, 'status', 'conditions').some(
    (condition) => stringAt(condition, 'type') === 'Established' && stringAt(condition, 'status') === 'False',
  )
}

interface Condition {
  type: string
  status: string
  reason: string
  message: string
}

const ACCEPTED: Condition[] = [
  { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  {
    type: 'Established',
    status: 'True',
    reason: 'InitialNamesAccepted',
    message: 'the initial names have been accepted',
  },
]

function refused({ reason, name }: Conflict): Condition[] {
  return [
    { type: 'NamesAccepted', status: 'False', reason, message: `${JSON.stringify(name)} is already in use` },
    { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  ]
}

function keptOrNew(condition: Condition, crd: KubeObject, now: string): object {
  const before = listAt(crd, 'status', 'conditions').find((entry) => stringAt(entry, 'type') === condition.type)
  const isSame = stringAt(before, 'status') === condition.status
  return { ...condition, lastTransitionTime: isSame ? stringAt(before, 'lastTransitionTime') : now }
}

interface Conflict {
  reason: string
  name: string
}

function nameConflict(crd: KubeObject, kinds: KindRegistry): Conflict | undefined {
  const group = stringAt(crd, 'spec', 'group')
  const others = kinds.all().filter((kind) => kind.group === group && `${kind.plural}.${group}` !== crd.metadata.name)
  const resources = new Set(others.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]))
  const kindNames = new Set(others.flatMap(({ kind, listKind }) => [kind, listKind]))
  const names = objectAt(crd, 'spec', 'names')
  const claims: [reason: string, name: string, taken: Set<string>][] = [
    ['PluralConflict', stringAt(names, 'plural'), resources],
    ['SingularConflict', stringAt(names, 'singular'), resources],
    ...listAt(names, 'shortNames').map((name): [string, string, Set<string>] => [
      'ShortNamesConflict',
      String(name),
      resources,
    ]),
    ['KindConflict', stringAt(names, 'kind'), kindNames],
    ['ListKindConflict', stringAt(names, 'listKind'), kindNames],
  ]
  const found = claims.find(([, name, taken]) => taken.has(name))
  return found === undefined ? undefined : { reason: found[0], name: found[1] }
}
