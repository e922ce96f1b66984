import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { untilAborted } from '../until-aborted.ts'
import { runProcess } from './run-process.ts'

function aProcess(start: (signal: AbortSignal) => Promise<void>) {
  const clock = createManualClock()
  const log = createMemoryLog()
  const codes: number[] = []
  const events = new EventEmitter()
  const port = {
    on: (event: string, listener: (detail: unknown) => void) => events.on(event, listener),
    exit: (code: number) => codes.push(code),
  }
  const ended = runProcess({ start, log, clock, port })
  return { clock, log, codes, ended, send: (event: string, detail: unknown = event) => events.emit(event, detail) }
}

test.each(['SIGTERM', 'SIGINT'])('row 37: %s stops in order, with exit code 0', async (signal) => {
  const { codes, ended, send } = aProcess(untilAborted)
  send(signal)
  await ended
  expect(codes).toEqual([0])
})

test('row 37: a stop that takes too long is cut off', async () => {
  const { clock, codes, send } = aProcess(() => new Promise(() => undefined))
  send('SIGTERM')
  await clock.advance(24_999)
  expect(codes).toEqual([])
  await clock.advance(1)
  expect(codes).toEqual([1])
})

test('a second signal ends at once', async () => {
  const { codes, send } = aProcess(() => new Promise(() => undefined))
  send('SIGTERM')
  send('SIGTERM')
  expect(codes).toEqual([1])
})

test.each(['unhandledRejection', 'uncaughtException'])('%s is told and ends the process', async (event) => {
  const { codes, log, send } = aProcess(() => new Promise(() => undefined))
  const error = new Error('oh')
  send(event, error)
  expect(codes).toEqual([1])
  expect(log.lines).toMatchObject([{ level: 'fatal', fields: { err: error } }])
})

test('a program that fails ends with code 1 and says why', async () => {
  const { codes, log, ended } = aProcess(() => Promise.reject(new Error('no kubeconfig')))
  await ended
  expect(codes).toEqual([1])
  expect(log.lines).toMatchObject([{ level: 'fatal', fields: { err: { message: 'no kubeconfig' } } }])
})
