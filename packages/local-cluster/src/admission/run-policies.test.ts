import { beforeEach, expect, test } from 'vitest'
import { aDefinition, aVersion } from '../testing/custom-definition.ts'
import { type Draft, PreparerBench } from '../testing/preparer-bench.ts'

const RULE = {
  apiGroups: ['example.com'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  resources: ['boxes'],
}
const box = (spec: object = {}, more: Draft = {}): Draft => ({
  apiVersion: 'example.com/v1',
  kind: 'Box',
  spec,
  ...more,
})

let bench: PreparerBench
beforeEach(() => {
  bench = new PreparerBench()
  bench.kinds.serve(aDefinition({ versions: [aVersion('v1'), aVersion('v2', { storage: false })] }))
  store({ kind: 'Namespace', metadata: { name: 'default', labels: { team: 'a' } } })
})

function store(draft: Draft): void {
  bench.stored.push(bench.send(draft).object)
}

const GROUP = 'admissionregistration.k8s.io/v1'
const POLICY = 'ValidatingAdmissionPolicy'

function policy(spec: object, binding: object = {}): void {
  const matchConstraints = { resourceRules: [RULE] }
  const judging = { matchConstraints, validations: [{ expression: 'false' }], ...spec }
  store({ apiVersion: GROUP, kind: POLICY, metadata: { name: 'p' }, spec: judging })
  bind('b', { validationActions: ['Deny'], ...binding })
}

function bind(name: string, spec: object): void {
  store({ apiVersion: GROUP, kind: `${POLICY}Binding`, metadata: { name }, spec: { policyName: 'p', ...spec } })
}

const DENIED = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "

/** The policy's message; undefined when the request is admitted. */
function denial(draft: Draft, send: Parameters<PreparerBench['send']>[1] = {}): string | undefined {
  try {
    bench.send(draft, send)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    return message.slice(message.indexOf(DENIED) + DENIED.length)
  }
}

test('a denial is the answer that the API server gives', () => {
  policy({ validations: [{ expression: 'object.spec.size > 1', message: 'too small' }] })
  expect(bench.refusal(box({ size: 1 }))).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: `boxes.example.com "x" is forbidden: ${DENIED}too small`,
    details: { name: 'x', group: 'example.com', kind: 'boxes', causes: [{ message: `${DENIED}too small` }] },
  })
  expect(denial(box({ size: 2 }))).toBeUndefined()
})

test.each<[rule: string, spec: object, message: string | undefined]>([
  [
    'names the expression without a message',
    { validations: [{ expression: 'object.spec.size > 1' }] },
    'failed expression: object.spec.size > 1',
  ],
  [
    'computes its message',
    { validations: [{ expression: 'false', messageExpression: "'size is ' + string(object.spec.size)" }] },
    'size is 1',
  ],
  [
    'falls back to the fixed message',
    { validations: [{ expression: 'false', message: 'no', messageExpression: 'object.missing' }] },
    'no',
  ],
  [
    'reads variables when it needs them',
    {
      variables: [
        { name: 'bad', expression: 'object.missing' },
        { name: 'size', expression: 'object.spec.size' },
        { name: 'twice', expression: 'variables.size * 2' },
      ],
      validations: [{ expression: 'variables.twice == 3', message: 'twice' }],
    },
    'twice',
  ],
  [
    'denies when it cannot be evaluated',
    { validations: [{ expression: 'object.missing == 1' }] },
    "expression 'object.missing == 1' resulted in error: no such key: missing",
  ],
  [
    'admits on an error if it says so',
    { failurePolicy: 'Ignore', validations: [{ expression: 'object.missing == 1' }] },
    undefined,
  ],
  [
    'knows the request',
    {
      validations: [
        {
          expression:
            "request.operation != 'CREATE' || request.userInfo.username != 'admin' || request.kind.kind != 'Box'",
          message: 'request',
        },
      ],
    },
    'request',
  ],
  [
    'knows the namespace',
    { validations: [{ expression: "namespaceObject.metadata.labels.team == 'b'", message: 'team' }] },
    'team',
  ],
  ['has no old object on creation', { validations: [{ expression: 'oldObject != null', message: 'new' }] }, 'new'],
  [
    'is skipped when a condition does not hold',
    { matchConditions: [{ name: 'large', expression: 'object.spec.size > 5' }] },
    undefined,
  ],
  [
    'is evaluated when all conditions hold',
    { matchConditions: [{ name: 'small', expression: 'object.spec.size < 5' }] },
    'failed expression: false',
  ],
])('a policy %s', (_rule, spec, message) => {
  policy(spec)
  expect(denial(box({ size: 1 }))).toBe(message)
})

const LARGE = Array.from({ length: 2000 }, (_none, index) => `item-${index}`)
const nested = (list: string) => `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c != '')))`
const variables = [
  { name: 'few', expression: "'a b c'.split(' ')" },
  { name: 'many', expression: 'object.spec.items' },
]

test.each<[rule: string, expression: string, isTooDear: boolean]>([
  ['over the object', nested('object.spec.items'), true],
  ['over a variable that holds a part of it', nested('variables.many'), true],
  ['over a list of the policy itself', nested('variables.few'), false],
])('nested loops %s are judged by what they run over', (_rule, expression, isTooDear) => {
  policy({ variables, validations: [{ expression }] })
  const refusal = denial(box({ items: LARGE }))
  if (isTooDear) expect(refusal).toMatch(/resulted in error: .*actual cost limit exceeded/s)
  else expect(refusal).toBeUndefined()
})

test.each<[rule: string, constraints: object, matches: boolean]>([
  ['another group', { resourceRules: [{ ...RULE, apiGroups: ['other.com'] }] }, false],
  ['every group', { resourceRules: [{ ...RULE, apiGroups: ['*'] }] }, true],
  ['another resource', { resourceRules: [{ ...RULE, resources: ['bags'] }] }, false],
  ['a subresource', { resourceRules: [{ ...RULE, resources: ['boxes/status'] }] }, false],
  ['an equivalent version', { resourceRules: [{ ...RULE, apiVersions: ['v2'] }] }, true],
  ['exactly another version', { matchPolicy: 'Exact', resourceRules: [{ ...RULE, apiVersions: ['v2'] }] }, false],
  ['other operations', { resourceRules: [{ ...RULE, operations: ['DELETE'] }] }, false],
  ['other names', { resourceRules: [{ ...RULE, resourceNames: ['y'] }] }, false],
  ['cluster-wide objects', { resourceRules: [{ ...RULE, scope: 'Cluster' }] }, false],
  ['labels of the namespace', { namespaceSelector: { matchLabels: { team: 'b' } }, resourceRules: [RULE] }, false],
  [
    'labels of the object',
    { objectSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] }, resourceRules: [RULE] },
    true,
  ],
  ['what it excludes', { excludeResourceRules: [RULE], resourceRules: [RULE] }, false],
])('matches by %s', (_rule, matchConstraints, matches) => {
  policy({ matchConstraints })
  expect(denial(box())).toBe(matches ? 'failed expression: false' : undefined)
})

test('a status write matches the subresource only', () => {
  policy({ matchConstraints: { resourceRules: [{ ...RULE, resources: ['boxes/status'] }] } })
  expect(denial(box(), { old: box(), subresource: 'status' })).toBe('failed expression: false')
})

test('a deletion shows the object as the old one', () => {
  policy({
    validations: [
      { expression: "object == null && oldObject.spec.size == 1 && request.operation == 'DELETE'", message: 'wrong' },
      { expression: 'oldObject.spec.size > 1', message: 'keep' },
    ],
  })
  expect(denial(box({ size: 1 }), { operation: 'delete' })).toBe('keep')
})

const BY_CONFIG = {
  paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
  validations: [{ expression: "string(object.spec.size) in params.data.sizes.split(',')", message: 'not offered' }],
}
const REF = { name: 'sizes', parameterNotFoundAction: 'Allow' }

test.each<[rule: string, paramRef: object | undefined, stored: Draft[], message: string | undefined]>([
  [
    'uses the parameters it names',
    REF,
    [{ kind: 'ConfigMap', metadata: { name: 'sizes' }, data: { sizes: '2,3' } }],
    'not offered',
  ],
  [
    'admits what they allow',
    REF,
    [{ kind: 'ConfigMap', metadata: { name: 'sizes' }, data: { sizes: '1,2' } }],
    undefined,
  ],
  ['admits without them if it may', REF, [], undefined],
  [
    'denies without them if it must',
    { ...REF, parameterNotFoundAction: 'Deny' },
    [],
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  ],
  [
    'finds them in another namespace',
    { ...REF, namespace: 'other' },
    [{ kind: 'ConfigMap', metadata: { name: 'sizes', namespace: 'other' }, data: { sizes: '2' } }],
    'not offered',
  ],
  [
    'finds them by labels',
    { selector: { matchLabels: { a: 'b' } }, parameterNotFoundAction: 'Deny' },
    [{ kind: 'ConfigMap', metadata: { name: 'any', labels: { a: 'b' } }, data: { sizes: '2' } }],
    'not offered',
  ],
])('a binding %s', (_rule, paramRef, stored, message) => {
  for (const draft of stored) store(draft)
  policy(BY_CONFIG, { paramRef })
  expect(denial(box({ size: 1 }))).toBe(message)
})

test('a binding that warns lets the request pass', () => {
  policy({ validations: [{ expression: 'false', message: 'think twice' }] }, { validationActions: ['Warn'] })
  expect(bench.send(box()).warnings).toEqual([
    "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': think twice",
  ])
})

test('a binding that audits lets the request pass in silence', () => {
  policy({}, { validationActions: ['Audit'] })
  expect(bench.send(box()).warnings).toEqual([])
})

test('a denial comes with the warnings of other bindings', () => {
  policy({ validations: [{ expression: 'false', message: 'think twice' }] })
  bind('w', { validationActions: ['Warn'] })
  const warnings = ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'w': think twice"]
  expect(() => bench.send(box())).toThrow(expect.objectContaining({ warnings }))
})

test('a reason changes the code of the answer', () => {
  policy({ validations: [{ expression: 'false', reason: 'Forbidden' }] })
  expect(bench.refusal(box())).toMatchObject({ code: 403, reason: 'Forbidden' })
})

test('a policy without a binding judges nothing', () => {
  policy({})
  bench.stored.pop()
  expect(denial(box())).toBeUndefined()
})

test.each<[rule: string, draft: Draft, faults: string[]]>([
  [
    'expressions that do not compile',
    {
      kind: 'ValidatingAdmissionPolicy',
      spec: { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'foo == 1' }] },
    },
    [
      "spec.validations[0].expression: Invalid value: \"foo == 1\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo == 1\n | ^",
    ],
  ],
  [
    'a policy without validations',
    { kind: 'ValidatingAdmissionPolicy', spec: { matchConstraints: { resourceRules: [RULE] } } },
    [
      'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
      'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
    ],
  ],
  [
    'a policy that matches nothing',
    { kind: 'ValidatingAdmissionPolicy', spec: { validations: [{ expression: 'true' }] } },
    ['spec.matchConstraints: Required value'],
  ],
  [
    'a binding without actions',
    { kind: 'ValidatingAdmissionPolicyBinding', spec: { policyName: 'p' } },
    ['spec.validationActions: Required value: at least one validation action is required'],
  ],
])('refuses %s', (_rule, draft, faults) => {
  expect(bench.faults({ ...draft, apiVersion: 'admissionregistration.k8s.io/v1' })).toEqual(faults)
})
