import { expect, test } from 'vitest'
import { type Trouble, troubleText } from './trouble.ts'

const trouble: Trouble = { reason: 'ImagePullError', what: 'Pod a: no image', ask: 'describe pod a' }
const END = '; "kubectl describe pod a" says more'

test('the cause and where to read more are told', () => {
  expect(troubleText({ ...trouble, cause: 'not found' })).toBe(`Pod a: no image: not found${END}`)
  expect(troubleText(trouble)).toBe(`Pod a: no image${END}`)
})

test.each<[what: string, stays: boolean, before: string, parts: Partial<Trouble>]>([
  ['the same cause', true, 'Pod a: no image: not found', { cause: 'not found' }],
  ['a cause that differs in numbers', true, 'Pod a: no image: port 41234 timed out', { cause: 'port 9 timed out' }],
  ['a cause that is not said again', true, 'Pod a: no image: not found', {}],
  ['another fleeting cause', true, 'Pod a: no image: 0/3 nodes', { cause: '9 taints', isCauseFleeting: true }],
  ['another cause', false, 'Pod a: no image: not found', { cause: 'denied' }],
  ['a cause that was not known before', false, 'Pod a: no image', { cause: 'denied' }],
  ['another Pod', false, 'Pod b: no image: denied', { cause: 'denied' }],
  ['another exit code', false, 'Pod a: ends with 1: denied', { what: 'Pod a: ends with 13', cause: 'denied' }],
])('%s leaves the text as it was: %s', (...[, stays, before, parts]) => {
  const told = `${before}${END}`
  const text = troubleText({ ...trouble, ...parts }, told)
  expect(text === told).toBe(stays)
  expect(troubleText({ ...trouble, ...parts }, text)).toBe(text)
})
