import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'

test('the demo goes from a Workspace to a chat answer and back to an empty ledger', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-demo-'))
  const told: Record<string, unknown>[] = []
  const demo = new NodeProcess({
    name: 'demo',
    script: 'test/demo/main.ts',
    args: ['--json'],
    logFile: join(folder, 'log'),
    onLine: (line) => told.push(jsonLine(line) ?? {}),
  })
  expect(await demo.exited, demo.tail).toBe(0)
  const rows = told.filter(({ kind }) => kind === 'screen').map((screen) => screen.rows)
  expect(rows).toEqual([
    [
      ['NAME', 'INSTANCE', 'RESOURCEREADY', 'INFERENCEREADY', 'WORKSPACEREADY', 'AGE'],
      ['workspace-phi-3-mini', 'Standard_NC6s_v3', 'True', 'True', 'True', expect.any(String)],
    ],
    [
      ['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'],
      [
        'workspace-phi-3-mini',
        'ClusterIP',
        expect.stringMatching(/^10\./),
        '<none>',
        '80/TCP,29500/TCP',
        expect.any(String),
      ],
    ],
    [expect.any(Array), expect.arrayContaining(['Standard_NC6s_v3', '1'])],
  ])
  expect(told).toContainEqual(
    expect.objectContaining({ kind: 'warning', text: expect.stringMatching(/Standard_NC4as_T4_v3/) }),
  )
  expect(told).toContainEqual(expect.objectContaining({ answer: expect.stringMatching(/stand-in/) }))
  expect(told.at(-1)).toMatchObject({ gpuMinutes: expect.any(Number) })
  await rm(folder, { recursive: true })
})
