import { applyEdit } from '../server-memory.ts'
import type { Edit, Step } from '../step.ts'
import { type Draft, drawAccept, drawEdits, drawName, drawWriteQuery, objectPathOf, pathOf, sampleOf } from './draft.ts'

export function createOperation(draft: Draft): Step[] {
  const { random, step } = draft
  const object = sampleOf(draft, drawName(draft))
  if (draft.kind.tried === undefined && random.chance(0.1)) {
    applyEdit(object, { at: '/metadata/generateName', value: `made-${step}-` })
    if (random.chance(0.8)) applyEdit(object, { at: '/metadata/name' })
  }
  if (random.chance(0.4)) for (const edit of drawEdits(draft, 0.6)) applyEdit(object, edit)
  const request: Step = { method: 'POST', path: pathOf(draft), query: drawWriteQuery(draft), ...drawAccept(draft) }
  return [{ ...request, ...drawBody(draft, object) }]
}

const BROKEN = ['{', '', 'null', '[]', '"text"', '5', '{"metadata":', '{"kind": "ConfigMap",}', '{}']

/** The object as JSON, seldom broken or with a field twice. */
function drawBody({ random }: Draft, object: unknown): Pick<Step, 'body' | 'text' | 'contentType'> {
  if (random.chance(0.02)) return { text: random.pick(BROKEN) }
  if (random.chance(0.02)) return { text: JSON.stringify(object).replace(/^\{/, '{"kind":"Twice",') }
  if (random.chance(0.02)) return { text: JSON.stringify(object).replace('"labels":{', '"labels":{"color":"x",') }
  if (random.chance(0.02)) return { body: object, contentType: random.pick(['text/plain', 'application/xml']) }
  return { body: object }
}

export function updateOperation(draft: Draft): Step[] {
  const { random } = draft
  const name = drawName(draft)
  const path = objectPathOf(draft, name)
  const request: Step = { method: 'PUT', path, query: drawWriteQuery(draft), ...drawAccept(draft) }
  if (random.chance(0.15)) {
    const object = sampleOf(draft, name)
    if (random.chance(0.3)) applyEdit(object, { at: '/metadata/resourceVersion', value: `@{rv ${path}}` })
    if (random.chance(0.5)) for (const edit of drawEdits(draft)) applyEdit(object, edit)
    return [{ ...request, ...drawBody(draft, object) }]
  }
  return [
    {
      ...request,
      changed: {
        from: path,
        otherwise: sampleOf(draft, name),
        edits: [...drawVersion(draft, path), ...drawEdits(draft)],
      },
    },
  ]
}

/** Mostly the version the object was read at. */
function drawVersion({ random }: Draft, path: string): Edit[] {
  const at = '/metadata/resourceVersion'
  return random.weighted<Edit[]>([
    [8, []],
    [1, [{ at, value: `@{old ${path}}` }]],
    [1, [{ at }]],
    [0.3, [{ at, value: '999999999' }]],
  ])
}

export function deleteOperation(draft: Draft): Step[] {
  const { random } = draft
  const path = objectPathOf(draft, drawName(draft))
  const options: Record<string, unknown> = {}
  if (random.chance(0.25)) options.propagationPolicy = random.pick(['Foreground', 'Background', 'Orphan', 'Wrong'])
  if (random.chance(0.05)) options.orphanDependents = random.chance(0.5)
  if (random.chance(0.2)) options.gracePeriodSeconds = random.pick([0, 1, 30, -1])
  if (random.chance(0.3)) options.preconditions = drawPreconditions(draft, path)
  if (random.chance(0.08)) options.dryRun = random.pick([['All'], ['All'], ['Wrong']])
  const request: Step = { method: 'DELETE', path, ...drawAccept(draft) }
  if (Object.keys(options).length === 0) return [request]
  const { preconditions, dryRun, ...plain } = options
  if (preconditions === undefined && dryRun === undefined && random.chance(0.3)) {
    return [
      { ...request, query: Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, String(value)])) },
    ]
  }
  return [{ ...request, body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } }]
}

function drawPreconditions({ random }: Draft, path: string): unknown {
  return random.pick([
    { uid: `@{uid ${path}}` },
    { uid: 'another' },
    { resourceVersion: `@{rv ${path}}` },
    { resourceVersion: `@{old ${path}}` },
    { uid: `@{uid ${path}}`, resourceVersion: `@{rv ${path}}` },
  ])
}

const TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

export function patchOperation(draft: Draft): Step[] {
  const { random, kind } = draft
  const path = objectPathOf(draft, drawName(draft))
  const request: Step = { method: 'PATCH', path, query: drawWriteQuery(draft), ...drawAccept(draft) }
  if (random.chance(0.03)) return [{ ...request, contentType: 'application/json', body: {} }]
  if (random.chance(0.04))
    return [{ ...request, contentType: random.pick(Object.values(TYPES)), text: random.pick(BROKEN) }]
  const type = random.weighted<keyof typeof TYPES>([
    [3, 'json'],
    [4, 'merge'],
    [4, kind.custom === true && random.chance(0.9) ? 'merge' : 'strategic'],
  ])
  if (type === 'json') return [{ ...request, contentType: TYPES.json, body: jsonPatch(draft, path) }]
  const special = type === 'strategic' && kind.strategic !== undefined && random.chance(0.5)
  const body = special ? random.pick(kind.strategic ?? [{}]) : mergePatch(draft, path)
  return [{ ...request, contentType: TYPES[type], body }]
}

function mergePatch(draft: Draft, path: string): unknown {
  const patch: Record<string, unknown> = {}
  for (const edit of drawEdits(draft)) {
    // A merge patch cannot enter a list.
    const at = edit.at.replace(/\/\d+(\/.*)?$/, '')
    if (at === edit.at) applyEdit(patch, 'value' in edit ? edit : { at, value: null })
  }
  for (const edit of drawVersion(draft, path)) applyEdit(patch, edit)
  return patch
}

function jsonPatch(draft: Draft, path: string): unknown {
  const { random } = draft
  const changes = drawEdits(draft).map((edit) =>
    'value' in edit
      ? { op: random.chance(0.85) ? 'add' : 'replace', path: edit.at, value: edit.value }
      : { op: 'remove', path: edit.at },
  )
  if (random.chance(0.3)) {
    const value = random.pick([`@{rv ${path}}`, `@{old ${path}}`, '5'])
    changes.unshift({ op: 'test', path: '/metadata/resourceVersion', value })
  }
  if (random.chance(0.1)) changes.push(random.pick(ODD_CHANGES))
  return changes
}

const ODD_CHANGES = [
  { op: 'copy', from: '/metadata/labels/color', path: '/metadata/labels/shade' },
  { op: 'move', from: '/metadata/labels/color', path: '/metadata/labels/shade' },
  { op: 'copy', from: '/metadata/none', path: '/metadata/labels/shade' },
  { op: 'wrong', path: '/metadata/labels/color', value: 'x' },
  { op: 'add', path: '/metadata/finalizers/-', value: 'example.com/appended' },
  { op: 'add', path: '/none/of/this', value: 1 },
  { op: 'remove', path: '/metadata/finalizers/0' },
  { op: 'test', path: '/metadata/labels/color', value: 'green' },
]
