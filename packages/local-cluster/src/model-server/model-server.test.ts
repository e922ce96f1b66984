import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { type ModelServer, startModelServer } from './model-server.ts'

const clock = manualClock()
const running: ModelServer[] = []

type Served = Partial<Parameters<typeof startModelServer>[0]> & { loaded?: boolean }

async function serve({ gpus = 1, loaded = true, ...more }: Served = {}): Promise<string> {
  const server = await startModelServer({ model: 'phi-3-mini-4k-instruct', gpus, loadMs: 300, clock, ...more })
  running.push(server)
  if (loaded) clock.advance(300)
  return `http://127.0.0.1:${server.port}`
}

async function chat(url: string, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(`${url}/chat`, { method: 'POST', body: text })
  return { status: answer.status, body: Object(await answer.json()) }
}

afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

test('answers a prompt and says that it is a stand-in for that model', async () => {
  const { status, body } = await chat(await serve(), { prompt: 'Why?', generate_kwargs: { max_length: 20 } })
  expect(status).toBe(200)
  expect(body.Result).toBe(
    'This is a stand-in for the model phi-3-mini-4k-instruct: no model runs here. You asked: Why?',
  )
})

test('answers the last question of a conversation', async () => {
  const messages = [
    { role: 'user', content: 'One?' },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'Two?' },
  ]
  const { body } = await chat(await serve(), { messages })
  expect(body.Result).toContain('You asked: Two?')
})

test.each([
  ['no JSON', '{', 422],
  ['a list', [], 422],
  ['nothing to answer', {}, 400],
  ['an empty prompt', { prompt: '' }, 400],
  ['a prompt that is no text', { prompt: 1 }, 422],
  ['messages that are no list', { messages: 'hi' }, 422],
  ['a message without a role', { messages: [{ content: 'hi' }] }, 422],
  ['a conversation without a question', { messages: [] }, 400],
  ['generate_kwargs that are no object', { prompt: 'hi', generate_kwargs: [] }, 422],
])('refuses %s', async (_what, body, status) => expect((await chat(await serve(), body)).status).toBe(status))

test('is healthy only once its weights are loaded', async () => {
  const url = await serve({ loaded: false })
  expect((await fetch(`${url}/healthz`)).status).toBe(500)
  expect((await chat(url, { prompt: 'hi' })).status).toBe(500)
  clock.advance(300)
  const healthy = await fetch(`${url}/healthz`)
  expect([healthy.status, await healthy.json()]).toEqual([200, { status: 'Healthy' }])
})

test('names its adapters', async () => {
  const adapters = [
    { name: 'a', strength: 0.5 },
    { name: 'b', strength: 1 },
  ]
  const url = await serve({ adapters })
  expect(await (await fetch(url)).json()).toContain('adapters: a (0.5), b (1.0)')
  expect((await chat(url, { prompt: 'Why?' })).body.Result).toContain('4k-instruct with adapters a (0.5), b (1.0): no')
})

test('is healthy only while all machines of the model are together', async () => {
  let isWhole = false
  const url = await serve({ isWhole: () => isWhole })
  const statuses = async () => [(await fetch(`${url}/healthz`)).status, (await chat(url, { prompt: 'hi' })).status]
  expect(await statuses()).toEqual([500, 500])
  isWhole = true
  expect(await statuses()).toEqual([200, 200])
})

test('answers no questions on a machine that only helps', async () => {
  const url = await serve({ isLeader: false })
  expect([(await fetch(`${url}/healthz`)).status, (await chat(url, { prompt: 'hi' })).status]).toEqual([200, 404])
})

test('lists its GPUs', async () => {
  const answer = await fetch(`${await serve({ gpus: 2 })}/metrics`)
  expect(Object(await answer.json()).gpu_info).toHaveLength(2)
})

test.each([
  ['GET', '/', 200],
  ['GET', '/chat', 405],
  ['POST', '/healthz', 405],
  ['GET', '/nothing', 404],
])('answers %s %s with %i', async (method, path, status) => {
  expect((await fetch(`${await serve()}${path}`, { method })).status).toBe(status)
})
