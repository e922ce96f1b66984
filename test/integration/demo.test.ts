import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'
import { runProgram } from '../harness/run-program.ts'

/** Runs the demo to its end; the result is all that it tells. */
async function toldBy(...args: string[]): Promise<Record<string, unknown>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-demo-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const told: Record<string, unknown>[] = []
  const demo = new NodeProcess({
    name: 'demo',
    script: 'test/demo/main.ts',
    args: ['--json', ...args],
    logFile: join(folder, 'log'),
    onLine: (line) => told.push(jsonLine(line) ?? {}),
  })
  expect(await demo.exited, demo.tail).toBe(0)
  return told
}

test.concurrent('the demo goes from a Workspace to a chat answer and back to an empty ledger', async () => {
  const told = await toldBy()
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
})

test.concurrent('the demo of a tuning shows its phases and the image that was pushed', async () => {
  const told = await toldBy('--example', 'tuning-qlora-urls')
  const texts = told.map(({ text }) => String(text)).join('\n')
  for (const phase of ['TuningDownloading', 'TuningTraining', 'TuningPushing']) expect(texts).toContain(phase)
  expect(told).toContainEqual(
    expect.objectContaining({
      command: expect.stringMatching(/^Files of the image \S+\/adapters\/phi-3-dolly:0\.0\.1$/),
      rows: expect.arrayContaining([['/data/adapter_model.safetensors', expect.any(String)]]),
    }),
  )
  expect(told.at(-1)).toMatchObject({ gpuMinutes: expect.any(Number) })
})

test.concurrent('the demo names its examples when it has not the one that is asked for', async () => {
  const options = { env: { PATH: process.env.PATH }, timeout: 20_000 }
  const { code, err } = await runProgram(process.execPath, ['test/demo/main.ts', '--example', 'nothing'], options)
  expect({ code, err }).toEqual({
    code: 2,
    err: expect.stringMatching(/no example "nothing".*\n[\s\S]*inference-spot/),
  })
})
