import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { virtualClock } from '../testing/virtual-clock.ts'
import { PUSH_LIMITS, push } from './push.ts'

const HOUR = 3_600_000
const IMAGE = 'r.io/me/adapter:1'
const BUSY = `Error: pushing image ${IMAGE}: HEAD https://r.io/v2/me/adapter/manifests/1: unexpected status code 503`
const REFUSED = `Error: pushing image ${IMAGE}: GET https://r.io/token?scope=x: unexpected status code 401 Unauthorized`
const DIGEST = `r.io/me/adapter@sha256:${'0'.repeat(64)}`

/**
 * Pushes by a stand-in for crane: a shell script of one body per attempt, of which the last stays. Answers what it was
 * called with, too.
 */
async function pushed(bodies: string[], { layer = 'adapter.tar', ...more }: Partial<Parameters<typeof push>[0]> = {}) {
  await using folder = await temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  const cases = bodies.map((body, index) => `${index + 1}${index + 1 === bodies.length ? '|*' : ''}) ${body} ;;`)
  const script = `#!/bin/sh\necho x >> ${at('calls')}\nprintf '%s\\n' "$@" >> ${at('arguments')}\ncase $(wc -l < ${at('calls')}) in\n`
  await writeFile(at('crane'), `${script}${cases.join('\n')}\nesac\n`, { mode: 0o755 })
  await writeFile(at('adapter.tar'), 'layer')
  await symlink('adapter.tar', at('linked.tar'))
  const clock = virtualClock()
  const lines: string[] = []
  const ended = await push({
    layer: at(layer),
    base: 'r.io/base:1',
    image: IMAGE,
    limits: { ...PUSH_LIMITS, deadlineMs: 24 * HOUR },
    crane: at('crane'),
    clock,
    signal: new AbortController().signal,
    tell: (line) => void lines.push(line),
    ...more,
  }).then(
    (said) => ({ said, error: undefined }),
    (error: unknown) => ({ said: undefined, error }),
  )
  const args = await readFile(at('arguments'), 'utf8').catch(() => '')
  return { ...ended, lines, waits: clock.waits, args: args.replaceAll(folder.path, '').split('\n').slice(0, -1) }
}

const fails = (...lines: string[]) => `printf '%s\\n' '${lines.join("' '")}' >&2; exit 1`

test('hands crane the layer, the base and the name, each in one argument', async () => {
  const result = await pushed([`echo 'pushed blob' >&2; echo ${DIGEST}`])
  expect(result).toMatchObject({ said: `pushed ${DIGEST}`, waits: [], lines: [] })
  expect(result.args).toEqual(['append', '--base=r.io/base:1', '--new_layer=/adapter.tar', `--new_tag=${IMAGE}`])
})

test('nothing in a name is run, or taken for another argument', async () => {
  const hostile = "--output=/x '$(id)' `id` ; touch y\n--insecure"
  const { args } = await pushed([`echo ${DIGEST}`], { image: hostile, base: hostile })
  expect(args.join('\n')).toBe(`append\n--base=${hostile}\n--new_layer=/adapter.tar\n--new_tag=${hostile}`)
})

test('tries again and again, with one line for each failure', async () => {
  const { said, waits, lines } = await pushed([fails('retrying HEAD', BUSY), fails(REFUSED), `echo ${DIGEST}`])
  expect(said).toBe(`pushed ${DIGEST}`)
  expect(waits).toEqual([5_000, 10_000])
  expect(lines).toEqual([
    `attempt 1 failed: ${BUSY}; next try in 5 s`,
    `attempt 2 failed: ${REFUSED.replace('?scope=x:', '?***')}; next try in 10 s`,
  ])
})

test('shows all lines of an error as one, without secrets', async () => {
  const page = ['Error: pushing image: 500 <html>', '  password=hunter2', '</html>', '']
  const { lines } = await pushed([fails('2026/11/29 retrying', ...page), `echo ${DIGEST}`])
  expect(lines).toEqual(['attempt 1 failed: Error: pushing image: 500 <html> password=*** </html>; next try in 5 s'])
})

test('the last line, or how it ended, stands for an error without words', async () => {
  const { lines } = await pushed([fails('one', 'two'), 'exit 3', 'kill -KILL $$', `echo ${DIGEST}`])
  expect(lines.map((line) => line.split('; ')[0])).toEqual([
    'attempt 1 failed: two',
    'attempt 2 failed: crane ended with exit code 3',
    'attempt 3 failed: crane ended with SIGKILL',
  ])
})

test.each([
  [REFUSED, 77],
  [BUSY, 75],
])('gives up at the deadline: %s', async (error, exitCode) => {
  const { error: failure, waits } = await pushed([fails(error)], { limits: { ...PUSH_LIMITS, deadlineMs: 60_000 } })
  expect(failure).toMatchObject({ exitCode, message: expect.stringContaining(IMAGE) })
  expect(waits).toEqual([5_000, 10_000, 20_000, 25_000])
})

test.each<[what: string, error: string, exitCode: number]>([
  ['a wrong name', `Error: pushing image ${IMAGE}: parsing reference "": could not parse reference: x`, 64],
  ['a layer that cannot be read', 'Error: appending [adapter.tar]: no such file', 65],
])('ends at once for %s', async (_what, error, exitCode) => {
  expect(await pushed([fails(error)])).toMatchObject({ error: { exitCode }, waits: [] })
})

test.each([
  ['missing.tar', 65, 'ENOENT'],
  ['linked.tar', 65, 'no regular file'],
  ['a,b.tar', 64, 'comma'],
])('does not call crane for the layer %s', async (layer, exitCode, words) => {
  const result = await pushed([`echo ${DIGEST}`], { layer })
  expect(result).toMatchObject({ error: { exitCode, message: expect.stringContaining(words) }, args: [] })
})

test('an attempt that hangs is ended', async () => {
  const limits = { ...PUSH_LIMITS, deadlineMs: HOUR, attemptMs: 500 }
  const { lines } = await pushed(['exec sleep 600', `echo ${DIGEST}`], { limits })
  expect(lines).toEqual(['attempt 1 failed: crane ended with SIGKILL; next try in 5 s'])
})

test('without crane there is nothing to wait for', async () => {
  expect(await pushed([], { crane: '/nowhere/crane' })).toMatchObject({ error: { code: 'ENOENT' }, waits: [] })
})
