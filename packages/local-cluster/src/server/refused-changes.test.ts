import { beforeAll, expect, test } from 'vitest'
import { serveCluster } from '../testing/served-cluster.ts'
import { DEFINITIONS, WIDGET_DEFINITION, WIDGETS, widget } from '../testing/widgets.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const MAP = `${MAPS}/changed`
const WIDGET = `${WIDGETS}/changed`
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'

const cluster = serveCluster()
beforeAll(async () => {
  await cluster.create(DEFINITIONS, WIDGET_DEFINITION)
  await cluster.create(WIDGETS, widget('changed'))
  await cluster.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'changed' }, data: { a: '1' } })
})

test.each<[what: string, path: string, contentType: string, body: unknown, code: number, message: RegExp]>([
  [
    'an unknown field',
    `${MAP}?fieldValidation=Strict`,
    MERGE,
    { foo: 1 },
    422,
    /^ "" is invalid: patch: Invalid value: "\{.*\}": strict decoding error: unknown field "foo"$/,
  ],
  ['what is no JSON', MAP, JSON_PATCH, '{', 400, /^error decoding patch: /],
  ['what is no JSON, unchecked', `${MAP}?fieldValidation=Ignore`, JSON_PATCH, '{', 400, /^(?!error decoding patch)/],
  ['what is no JSON, to be merged', `${MAP}?fieldValidation=Ignore`, MERGE, '{', 400, /^Invalid JSON Patch$/],
  [
    'an unknown field of a custom resource',
    `${WIDGET}?fieldValidation=Strict`,
    MERGE,
    { foo: 1 },
    422,
    /unknown field "foo"$/,
  ],
  [
    'an unknown field, added by its path',
    `${MAP}?fieldValidation=Strict`,
    JSON_PATCH,
    [{ op: 'add', path: '/foo', value: 1 }],
    422,
    /unknown field "foo"$/,
  ],
  [
    'an unknown field, shown as Go shows it',
    `${MAP}?fieldValidation=Strict`,
    STRATEGIC,
    { foo: { b: 1, a: ['x', null] } },
    422,
    /^ "" is invalid: patch: Invalid value: "map\[foo:map\[a:\[x <nil>\] b:1\]\]": strict decoding error: unknown field "foo"$/,
  ],
  [
    'a value of the wrong type',
    MAP,
    MERGE,
    { data: { a: 1 } },
    422,
    /patch: Invalid value: .*cannot unmarshal number into Go struct field ConfigMap.data of type string$/,
  ],
  [
    'another uid',
    MAP,
    MERGE,
    { metadata: { uid: 'x' } },
    422,
    /^ConfigMap "changed" is invalid: metadata.uid: Invalid value: "x": field is immutable$/,
  ],
  [
    'a deletion',
    WIDGET,
    MERGE,
    { metadata: { deletionTimestamp: '2020-01-01T00:00:00Z' } },
    422,
    /metadata.deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable$/,
  ],
  [
    'no state of a custom resource',
    WIDGET,
    MERGE,
    { metadata: { resourceVersion: null } },
    422,
    /metadata.resourceVersion: Invalid value: 0: must be specified for an update$/,
  ],
  [
    'a state that is no number',
    MAP,
    MERGE,
    { metadata: { resourceVersion: 'abc' } },
    500,
    /^strconv.ParseUint: parsing "abc": invalid syntax$/,
  ],
  [
    'a list',
    MAP,
    MERGE,
    [1],
    400,
    /^error decoding patch: json: cannot unmarshal array into Go value of type map\[string\]interface \{\}$/,
  ],
  [
    'an object for a list of changes',
    MAP,
    JSON_PATCH,
    { op: 'remove' },
    400,
    /^error decoding patch: json: cannot unmarshal object/,
  ],
])('refuses %s in a patch', async (...[, path, contentType, body, code, message]) => {
  const answer = await cluster.send('PATCH', path, { body, contentType })
  expect([answer.code, answer.body]).toMatchObject([code, { message: expect.stringMatching(message) }])
})

test('takes no kind from a strategic merge patch', async () => {
  const { code, body } = await cluster.send('PATCH', MAP, { body: { kind: 'Secret' }, contentType: STRATEGIC })
  expect([code, body]).toMatchObject([200, { kind: 'ConfigMap' }])
})

test.each<[what: string, path: string, code: number, message: string]>([
  [
    'a watch',
    `${MAPS}?watch=1&resourceVersion=abc`,
    500,
    'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'a read',
    `${MAP}?resourceVersion=abc`,
    500,
    'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'a list',
    `${MAPS}?resourceVersion=abc`,
    400,
    'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  ['a length', `${MAPS}?limit=abc`, 400, 'strconv.ParseInt: parsing "abc": invalid syntax'],
])('refuses %s with a text for a number', async (...[, path, code, message]) => {
  const answer = await cluster.send('GET', path)
  expect([answer.code, answer.body]).toMatchObject([code, { message }])
})

test('ignores a negative limit', async () => {
  expect((await cluster.send('GET', `${MAPS}?limit=-1`)).code).toBe(200)
})
