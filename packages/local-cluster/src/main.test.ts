import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parse } from 'yaml'

vi.setConfig({ testTimeout: 30_000 })

const MAIN = new URL('./main.ts', import.meta.url).pathname
const started: ChildProcess[] = []
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-cluster-'))
})

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

function run(...options: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return child
}

test('writes a kubeconfig, says that it is ready, and stops on SIGTERM', async () => {
  const path = join(folder, 'kubeconfig')
  const child = run('--port', '0', '--kubeconfig', path)
  if (child.stdout === null) throw new Error('the process has no output')
  const [line] = await once(createInterface(child.stdout), 'line')
  const { ready, url } = JSON.parse(String(line))
  expect([ready, url]).toEqual([true, expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/)])
  const config = parse(await readFile(path, 'utf8'))
  expect(config.clusters[0].cluster.server).toBe(url)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test.each([[[]], [['--port', 'x', '--kubeconfig', 'y']], [['serve', '--kubeconfig', 'y']]])(
  'refuses %j with its usage',
  async (options) => {
    const child = run(...options)
    const [line] = await once(createInterface(child.stderr ?? process.stdin), 'line')
    expect(line).toBe('usage:')
    expect(await once(child, 'exit')).toEqual([2, null])
  },
)
