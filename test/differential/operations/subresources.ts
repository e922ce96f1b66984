import { applyEdit } from '../server-memory.ts'
import type { Step } from '../step.ts'
import { type Draft, drawEdits, drawName, drawWriteQuery, objectPathOf, pathOf, sampleOf } from './draft.ts'

const MERGE = 'application/merge-patch+json'

/** A subresource that the kind has, or seldom one that it has not. */
export function subresourceOperation(draft: Draft): Step[] {
  const { kind, random } = draft
  const choices = [
    ...(kind.status === undefined || random.chance(0.05) ? [] : [statusUpdate, statusPatch, statusUpdate]),
    ...(kind.scale ? [scaleOperation] : []),
    ...(kind.kind === 'Pod' ? [evictOperation, bindOperation, evictOperation] : []),
    ...(kind.kind === 'ServiceAccount' ? [tokenOperation] : []),
    ...(kind.kind === 'Namespace' ? [finalizeOperation] : []),
  ]
  if (choices.length === 0) return random.chance(0.2) ? missingOperation(draft) : statusUpdate(draft)
  return random.pick(choices)(draft)
}

function statusUpdate(draft: Draft): Step[] {
  const { random, kind } = draft
  const name = drawName(draft)
  const from = objectPathOf(draft, name)
  const edits = [random.pick(kind.status ?? [{ at: '/status', value: {} }])]
  if (random.chance(0.3)) edits.push(...drawEdits(draft))
  return [
    {
      method: 'PUT',
      path: `${from}/status`,
      query: drawWriteQuery(draft),
      changed: { from, otherwise: sampleOf(draft, name), edits },
    },
  ]
}

function statusPatch(draft: Draft): Step[] {
  const { random, kind } = draft
  const patch: Record<string, unknown> = {}
  for (const edit of [random.pick(kind.status ?? []), ...(random.chance(0.2) ? drawEdits(draft, 0.2) : [])]) {
    // A change of who manages the annotations is no change of theirs.
    if (!/\/\d+/.test(edit.at) && edit.at !== '/metadata/annotations')
      applyEdit(patch, 'value' in edit ? edit : { at: edit.at, value: null })
  }
  const path = `${objectPathOf(draft, drawName(draft))}/status`
  return [{ method: 'PATCH', path, query: drawWriteQuery(draft), contentType: MERGE, body: patch }]
}

function scaleOperation(draft: Draft): Step[] {
  const { random } = draft
  const object = objectPathOf(draft, drawName(draft))
  const path = `${object}/scale`
  const name = object.split('/').at(-1)
  // A Scale that changes nothing may still count as a change of who manages the field.
  const replicas = random.pick([draft.step + 10, draft.step + 10, -1, 'two'])
  const metadata = { name, namespace: draft.namespace, ...drawScaleVersion(draft, object) }
  const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, spec: { replicas } }
  return [
    random.pick<Step>([
      { method: 'GET', path },
      { method: 'PUT', path, body: scale, query: drawWriteQuery(draft) },
      { method: 'PUT', path, body: { ...scale, metadata: { name: 'another' } } },
      { method: 'PUT', path, body: { ...scale, kind: 'Wrong' } },
      { method: 'PATCH', path, contentType: MERGE, body: { spec: { replicas } } },
      {
        method: 'PATCH',
        path,
        contentType: 'application/json-patch+json',
        body: [{ op: 'replace', path: '/spec/replicas', value: draft.step + 10 }],
      },
      { method: 'DELETE', path },
    ]),
  ]
}

function drawScaleVersion({ random }: Draft, object: string): { resourceVersion?: string } {
  return random.pick([{}, { resourceVersion: `@{rv ${object}}` }, { resourceVersion: `@{old ${object}}` }])
}

function evictOperation(draft: Draft): Step[] {
  const { random } = draft
  const path = objectPathOf(draft, drawName(draft))
  const name = path.split('/').at(-1)
  const deleteOptions = random.pick([
    undefined,
    undefined,
    { gracePeriodSeconds: 0 },
    { dryRun: ['All'] },
    { preconditions: { uid: 'another' } },
    { preconditions: { resourceVersion: `@{old ${path}}` } },
  ])
  const metadata = { name: random.chance(0.9) ? name : 'another', namespace: draft.namespace }
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata, ...(deleteOptions ? { deleteOptions } : {}) }
  const running = { status: { phase: 'Running' } }
  return [
    ...(random.chance(0.5)
      ? [{ method: 'PATCH' as const, path: `${path}/status`, contentType: MERGE, body: running }]
      : []),
    { method: 'POST', path: `${path}/eviction`, body },
  ]
}

function bindOperation(draft: Draft): Step[] {
  const { random } = draft
  const path = objectPathOf(draft, drawName(draft))
  const target = random.pick([
    { kind: 'Node', name: 'nowhere' },
    { kind: 'Node', name: '' },
    { kind: 'Pod', name: 'x' },
  ])
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: path.split('/').at(-1) }, target }
  return [{ method: 'POST', path: `${path}/binding`, body, query: drawWriteQuery(draft) }]
}

function tokenOperation(draft: Draft): Step[] {
  const { random } = draft
  const spec = random.pick([
    {},
    { audiences: ['one', 'two'] },
    { expirationSeconds: 600 },
    { expirationSeconds: 5 },
    { expirationSeconds: 2 ** 33 },
    { audiences: 'text' },
    { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'missing' } },
  ])
  const path = `${objectPathOf(draft, drawName(draft))}/token`
  return [{ method: 'POST', path, body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec } }]
}

function finalizeOperation(draft: Draft): Step[] {
  const name = drawName(draft)
  const from = objectPathOf(draft, name)
  const value = draft.random.pick([[], ['kubernetes'], ['example.com/own', 'kubernetes']])
  return [
    {
      method: 'PUT',
      path: `${from}/finalize`,
      changed: { from, otherwise: sampleOf(draft, name), edits: [{ at: '/spec/finalizers', value }] },
    },
  ]
}

function missingOperation(draft: Draft): Step[] {
  const path = objectPathOf(draft, drawName(draft))
  return [
    draft.random.pick<Step>([
      { method: 'GET', path: `${path}/nothing` },
      { method: 'POST', path, body: {} },
      { method: 'PUT', path: pathOf(draft), body: {} },
      { method: 'PATCH', path: pathOf(draft), contentType: MERGE, body: {} },
      { method: 'GET', path: `${path}/scale` },
    ]),
  ]
}
