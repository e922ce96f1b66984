import { expect, test } from 'vitest'
import { correlationId } from './correlation-id.ts'

test('a launch has one correlation id, a UUID of its own', () => {
  const id = correlationId('uid-1', 1)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(correlationId('uid-1', 1)).toBe(id)
  expect(new Set([id, correlationId('uid-1', 2), correlationId('uid-11', 1)]).size).toBe(3)
})
