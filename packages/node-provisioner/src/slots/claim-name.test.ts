import fc from 'fast-check'
import { expect, test } from 'vitest'
import { claimName } from './claim-name.ts'

test('is the same for ever: another name for the same slot would buy a second node', () => {
  const workspaceUid = '3b0c1a52-5a3f-4f6e-9d7c-0a1b2c3d4e5f'
  expect(claimName({ workspaceUid, ordinal: 0, attempt: 0 })).toBe('ws38w3a5qvq')
  expect(claimName({ workspaceUid, ordinal: 0, attempt: 1 })).not.toBe('ws38w3a5qvq')
  expect(claimName({ workspaceUid, ordinal: 1, attempt: 0 })).not.toBe('ws38w3a5qvq')
})

test('fits every backend', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat(), fc.nat(), (workspaceUid, ordinal, attempt) => {
      expect(claimName({ workspaceUid, ordinal, attempt })).toMatch(/^ws[a-z0-9]{9}$/)
    }),
  )
})
