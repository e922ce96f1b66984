import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const readySchema = z.object({ url: z.url(), caFile: z.string(), resourceGroup: z.string(), clientId: z.guid() })

const started: ChildProcess[] = []
const folders: string[] = []
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

function run(args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, exited }
}

async function text(stream: AsyncIterable<unknown>, until: RegExp): Promise<string> {
  let all = ''
  for await (const chunk of stream) {
    all += chunk
    if (until.test(all)) break
  }
  return all
}

test('prints where it is, serves there with its own CA, and stops on SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'azure-emulator-test-'))
  folders.push(folder)
  const stateFile = join(folder, 'state.json')
  const { child, exited } = run([
    '--state-file',
    stateFile,
    '--ca-file',
    join(folder, 'ca.pem'),
    '--resource-group',
    'rg9',
    '--create-seconds',
    '7',
  ])
  if (!child.stdout) throw new Error('No output')
  const line = await text(child.stdout, /\n/)
  const ready = readySchema.parse(JSON.parse(line))
  expect(ready.resourceGroup).toBe('rg9')
  expect(await readFile(stateFile, 'utf8')).toBe(line)

  const dispatcher = new Agent({ connect: { ca: await readFile(ready.caFile, 'utf8') } })
  const { statusCode, body } = await request(`${ready.url}/_emulator/settings`, { dispatcher })
  expect(statusCode).toBe(200)
  expect(await body.json()).toMatchObject({ createSeconds: 7 })
  await dispatcher.close()
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
})

test.each([
  [['--speed', 'fast'], /speed/],
  [['--subscription-id', 'mine'], /subscriptionId/],
  [['--what', 'ever'], /--what/],
])('refuses %j by name', async (args, message) => {
  const { child, exited } = run(args)
  if (!child.stderr) throw new Error('No output')
  expect(await text(child.stderr, message)).toMatch(message)
  expect(await exited).not.toBe(0)
})
