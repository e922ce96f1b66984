import { aWorkspace } from '@kaito/api/testing'
import { expect, test } from 'vitest'
import { report } from './report.ts'

test('a Workspace that tunes has a Job and no model server', () => {
  const tuning = {
    preset: { name: 'p', accessMode: 'public' as const },
    method: 'lora' as const,
    input: {},
    output: {},
  }
  const workspace = aWorkspace({ tuning })
  const { conditions, outdated, state } = report({
    workspace,
    now: 0,
    claimsCondition: 'MachineReady',
    refusal: { reason: 'UnknownPreset', message: 'm' },
  })
  expect(conditions?.map(({ type }) => type)).toEqual([
    'ResourceReady',
    'JobStarted',
    'WorkspaceReady',
    'WorkspaceSucceeded',
  ])
  expect(outdated).toEqual(['InferenceReady', 'NodeClaimReady'])
  expect(state).toBe('Failed')
})
