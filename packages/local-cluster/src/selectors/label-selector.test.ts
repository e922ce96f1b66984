import { expect, test } from 'vitest'
import { StatusError } from '../status-error.ts'
import { type LabelSelector, selects } from './label-selector.ts'
import { labelSelector } from './label-selector-text.ts'

const labels = { app: 'web', tier: 'front', size: '5', 'kaito.sh/workspace': 'w' }

test.each<[selector: string, matches: boolean]>([
  ['', true],
  ['app=web', true],
  ['app==web,tier=front', true],
  ['app=web,tier=back', false],
  ['app!=web', false],
  ['missing!=x', true],
  ['app in (web, api)', true],
  ['app in (api)', false],
  ['app notin (api),tier', true],
  ['missing notin (a)', true],
  ['missing in (a)', false],
  ['app', true],
  ['!app', false],
  ['!missing', true],
  ['size>4', true],
  ['size<5', false],
  ['kaito.sh/workspace=w', true],
  ['empty=', false],
])('selector %j matches: %j', (selector, matches) => expect(labelSelector(selector)(labels)).toBe(matches))

test.each([['app=web=x'], ['a b'], ['app in web'], ['=x']])('refuses %j', (selector) => {
  expect(() => labelSelector(selector)).toThrow(StatusError)
})

test.each<[selector: LabelSelector | undefined, matches: boolean]>([
  [undefined, false],
  [{}, true],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'api' } }, false],
  [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
  [{ matchExpressions: [{ key: 'none', operator: 'NotIn', values: ['web'] }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
])('selector object %j matches: %j', (selector, matches) => expect(selects(selector, labels)).toBe(matches))
