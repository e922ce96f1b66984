import { expect, test } from 'vitest'
import { roleBindingFaults, roleFaults } from './access-faults.ts'

const GROUP = 'rbac.authorization.k8s.io'
const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name: 'a' }

test.each<[rule: string, role: object, fields: string[]]>([
  ['a good rule', { apiGroups: [''], resources: ['pods'], verbs: ['get'] }, []],
  ['no verbs', { apiGroups: [''], resources: ['pods'] }, ['rules[0].verbs']],
  ['no resources', { apiGroups: [''], verbs: ['get'] }, ['rules[0].resources']],
  ['a URL in a namespace', { nonResourceURLs: ['/a'], verbs: ['get'] }, ['rules[0].nonResourceURLs']],
])('a Role: %s', (_rule, rule, fields) =>
  expect(roleFaults({ rules: [rule] }, true).map(({ field }) => field)).toEqual(fields),
)

test.each<[rule: string, binding: object, fields: string[]]>([
  ['a user', { roleRef, subjects: [{ kind: 'User', name: 'a', apiGroup: GROUP }] }, []],
  [
    'an account of no namespace',
    { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'a' }] },
    ['subjects[0].namespace'],
  ],
  ['an unknown kind', { roleRef, subjects: [{ kind: 'Wrong', name: 'a' }] }, ['subjects[0].kind']],
  ['a Role', { roleRef: { ...roleRef, kind: 'Role' } }, ['roleRef.kind']],
])('a ClusterRoleBinding: %s', (_rule, binding, fields) =>
  expect(roleBindingFaults({ ...binding }, false).map(({ field }) => field)).toEqual(fields),
)
