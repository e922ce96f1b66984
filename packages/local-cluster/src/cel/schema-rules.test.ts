import { expect, test } from 'vitest'
import type { Schema, ValidationRule } from '../schema/schema.ts'
import { ruleFaults } from './rule-faults.ts'
import { compileSchemaRules } from './schema-rules.ts'

const text: Schema = { type: 'string' }
const count: Schema = { type: 'integer' }

function withRule(schema: Schema, rule: ValidationRule): Schema {
  return { ...schema, 'x-kubernetes-validations': [rule] }
}

function at(schema: Schema): Schema {
  return { type: 'object', properties: { f: schema } }
}

function faults(schema: Schema, value: unknown, old?: unknown): string[] {
  const rules = compileSchemaRules(schema)
  if (rules === undefined) throw new Error('the schema has no rules')
  return rules.faults({ value, old }, { left: 1e8 }).map(({ field, message }) => `${field}: ${message}`)
}

test.each<[rule: string, schema: Schema, value: unknown, faults: string[]]>([
  ['a rule that holds', at(withRule(count, { rule: 'self > 0' })), { f: 1 }, []],
  [
    'a scalar that breaks its rule',
    at(withRule(count, { rule: 'self > 0', message: 'must be positive' })),
    { f: 0 },
    ['f: Invalid value: 0: must be positive'],
  ],
  [
    'a rule without a message',
    at(withRule(count, { rule: 'self > 0' })),
    { f: 0 },
    ['f: Invalid value: 0: failed rule: self > 0'],
  ],
  [
    'a rule at the root',
    withRule(at(text), { rule: 'has(self.f)', message: 'set f' }),
    {},
    ['<nil>: Invalid value: set f'],
  ],
  [
    'a message that is computed',
    at(withRule(count, { rule: 'self > 0', messageExpression: "'found ' + string(self)" })),
    { f: 0 },
    ['f: Invalid value: 0: found 0'],
  ],
  [
    'a computed message that fails',
    at(withRule(count, { rule: 'self > 0', message: 'no', messageExpression: "['a'][int(self) + 5]" })),
    { f: 0 },
    ['f: Invalid value: 0: no'],
  ],
  [
    'a reason and a path',
    at(withRule(at(text), { rule: "self.f != ''", message: 'empty', reason: 'FieldValueForbidden', fieldPath: '.f' })),
    { f: { f: '' } },
    ['f.f: Forbidden: empty'],
  ],
  ['an absent field', at(withRule(text, { rule: "self != ''" })), {}, []],
  [
    'items',
    at({ type: 'array', items: withRule(count, { rule: 'self > 0' }) }),
    { f: [1, 0] },
    ['f[1]: Invalid value: 0: failed rule: self > 0'],
  ],
  [
    'values of maps',
    at({ type: 'object', additionalProperties: withRule(count, { rule: 'self > 0' }) }),
    { f: { a: 0 } },
    ['f[a]: Invalid value: 0: failed rule: self > 0'],
  ],
  [
    'a rule that cannot be evaluated',
    at(withRule({ type: 'object', additionalProperties: text }, { rule: "self['a'] == 'b'" })),
    { f: {} },
    ["f: Invalid value: \"object\": no such key: a evaluating rule: self['a'] == 'b'"],
  ],
  [
    'an escaped field name',
    withRule(
      { type: 'object', properties: { 'a-b': text, namespace: text } },
      { rule: 'self.a__dash__b == self.__namespace__' },
    ),
    { 'a-b': 'x', namespace: 'x' },
    [],
  ],
  [
    'keys that have a meaning in JavaScript',
    at(
      withRule(
        { type: 'object', additionalProperties: text },
        { rule: "self.all(key, self[key] == 'x') && 'constructor' in self && size(self) == 2 && self == self" },
      ),
    ),
    { f: { constructor: 'x', toString: 'x' } },
    [],
  ],
  [
    'the name of the resource',
    withRule(at(text), { rule: "self.metadata.name.startsWith('a')", message: 'wrong name' }),
    { metadata: { name: 'b' } },
    ['<nil>: Invalid value: wrong name'],
  ],
  [
    'dates',
    at(withRule({ type: 'string', format: 'date-time' }, { rule: "self > timestamp('2026-01-01T00:00:00Z')" })),
    { f: '2026-06-01T00:00:00Z' },
    [],
  ],
  [
    'durations',
    at(withRule({ type: 'string', format: 'duration' }, { rule: "self <= duration('1h')", message: 'too long' })),
    { f: '2h' },
    ['f: Invalid value: "2h": too long'],
  ],
  [
    'int-or-string',
    at(
      withRule({ 'x-kubernetes-int-or-string': true }, { rule: "type(self) == int ? self >= 0 : self.endsWith('%')" }),
    ),
    { f: '5%' },
    [],
  ],
  [
    'a rule under allOf',
    at({ ...text, allOf: [withRule({}, { rule: "self != ''", message: 'empty' })] }),
    { f: '' },
    ['f: Invalid value: "": empty'],
  ],
])('judges %s', (_rule, schema, value, expected) => expect(faults(schema, value)).toEqual(expected))

const immutable = at(withRule(text, { rule: 'self == oldSelf', message: 'is immutable' }))
const item = withRule(
  { type: 'object', properties: { k: text, v: text } },
  { rule: 'self.v == oldSelf.v', message: 'v is immutable' },
)
const listMap = at({ type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: item })
const optional = at(
  withRule(count, { rule: 'oldSelf.hasValue() || self == 1', optionalOldSelf: true, message: 'start with 1' }),
)

test.each<[rule: string, schema: Schema, value: unknown, old: unknown, faults: string[]]>([
  ['refuses a change', immutable, { f: 'b' }, { f: 'a' }, ['f: Invalid value: "b": is immutable']],
  ['accepts what stays', immutable, { f: 'a' }, { f: 'a' }, []],
  ['is skipped without an old value', immutable, { f: 'b' }, {}, []],
  ['is skipped for a new object', immutable, { f: 'b' }, undefined, []],
  [
    'follows the keys of a list map',
    listMap,
    {
      f: [
        { k: 'y', v: '2' },
        { k: 'x', v: '9' },
      ],
    },
    { f: [{ k: 'x', v: '1' }] },
    ['f[1]: Invalid value: v is immutable'],
  ],
  ['may ask for the absence of the old value', optional, { f: 2 }, undefined, ['f: Invalid value: 2: start with 1']],
  ['may ask for its presence', optional, { f: 2 }, { f: 1 }, []],
])('a transition rule %s', (_rule, schema, value, old, expected) => {
  expect(faults(schema, value, old)).toEqual(expected)
})

test('a value that breaks a new rule does not block other changes', () => {
  const schema = { type: 'object', properties: { f: withRule(count, { rule: 'self > 0' }), g: count } }
  expect(faults(schema, { f: 0, g: 2 }, { f: 0, g: 1 })).toEqual([])
  expect(faults(schema, { f: -1, g: 2 }, { f: 0, g: 1 })).toHaveLength(1)
})

test('an item that breaks a new rule blocks changes of its list only', () => {
  const list = { type: 'array', items: at(withRule(count, { rule: 'self > 0' })) }
  const schema = { type: 'object', properties: { list, g: count } }
  expect(faults(schema, { list: [{ f: 0 }], g: 2 }, { list: [{ f: 0 }], g: 1 })).toEqual([])
  expect(faults(schema, { list: [{ f: 0 }, { f: 1 }] }, { list: [{ f: 0 }] })).toEqual([
    'list[0].f: Invalid value: 0: failed rule: self > 0',
  ])
})

const bad = (schema: Schema): string[] => ruleFaults(schema, 's').map(({ field, message }) => `${field}: ${message}`)

test.each<[rule: string, schema: Schema, fault: RegExp]>([
  [
    'an unknown field',
    withRule(at(text), { rule: 'self.zz == 1' }),
    /^s\.x-kubernetes-validations\[0\]\.rule: Invalid value: \{.*\}: compilation failed: ERROR: <input>:1:5: undefined field 'zz'\n \| self\.zz == 1\n \| \.\.\.\.\^$/,
  ],
  [
    'wrong operands',
    at(withRule(count, { rule: "self + 'a' == 1" })),
    /^s\.properties\[f\]\.x-kubernetes-validations\[0\]\.rule: .*compilation failed: .*no such overload/,
  ],
  ['a syntax error', at(withRule(count, { rule: 'self >' })), /compilation failed: ERROR/],
  ['a rule that is no condition', at(withRule(count, { rule: 'self + 1' })), /cel expression must evaluate to a bool/],
  [
    'a message that is no text',
    at(withRule(count, { rule: 'self > 1', messageExpression: 'self' })),
    /messageExpression: .*messageExpression must evaluate to a string/,
  ],
  ['an empty rule', at(withRule(count, { rule: ' ' })), /rule: Required value: rule is not specified/],
  ['an unknown reason', at(withRule(count, { rule: 'self > 1', reason: 'Bad' })), /reason: Unsupported value: "Bad"/],
  [
    'a path that does not exist',
    withRule(at(text), { rule: 'true', fieldPath: '.zz' }),
    /fieldPath: Invalid value: ".zz": must be a valid path/,
  ],
  [
    'a comparison of items that have no history',
    at({ type: 'array', items: withRule(text, { rule: 'self == oldSelf' }) }),
    /oldSelf cannot be used on the uncorrelatable portion of the schema within s\.properties\[f\]$/,
  ],
  [
    'optionalOldSelf without oldSelf',
    at(withRule(text, { rule: "self != ''", optionalOldSelf: true })),
    /may not be set if oldSelf is not used in rule/,
  ],
])('refuses %s when the definition is made', (_rule, schema, fault) => {
  expect(bad(schema)).toEqual([expect.stringMatching(fault)])
})

test('accepts rules over every kind of type', () => {
  const schema: Schema = withRule(
    {
      type: 'object',
      properties: {
        list: { type: 'array', items: at(count) },
        map: { type: 'object', additionalProperties: at(text) },
        either: { 'x-kubernetes-int-or-string': true },
      },
    },
    {
      rule: 'self.list == oldSelf.list && self.list.all(i, i.f > 0) && self.map.all(k, self.map[k].f == k) && self.either == 1',
    },
  )
  expect(bad(schema)).toEqual([])
})
