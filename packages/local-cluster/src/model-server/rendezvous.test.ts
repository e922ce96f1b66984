import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joinRendezvous, startRendezvous } from './rendezvous.ts'

let leader: Awaited<ReturnType<typeof startRendezvous>>
const sockets: Socket[] = []

beforeEach(async () => {
  leader = await startRendezvous({ nodes: 2, podName: 'chat-0' })
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  leader.close()
})

function join(rank: number, nodes = 2) {
  const socket = connect(leader.port, '127.0.0.1')
  sockets.push(socket)
  const news: object[] = []
  const ended = joinRendezvous(socket, { rank, nodes, podName: `chat-${rank}` }, (one) => news.push(one))
  return { socket, news, ended }
}

test('tells everybody how many have met, and when one has left', async () => {
  const first = join(0)
  await expect.poll(() => first.news).toEqual([{ leader: 'chat-0', met: 1 }])
  const second = join(1)
  await expect.poll(() => second.news).toEqual([{ leader: 'chat-0', met: 2 }])
  second.socket.destroy()
  await second.ended
  await expect.poll(() => first.news.at(-1)).toEqual({ leader: 'chat-0', met: 1 })
})

test.each([
  ['another number of machines', 1, 3, 'expects 3 machines, the leader 2'],
  ['a rank beyond them', 2, 2, 'rank 2 among 2'],
  ['a rank that is there already', 0, 2, 'there already'],
])('refuses %s', async (_what, rank, nodes, words) => {
  const first = join(0)
  await expect.poll(() => first.news.length).toBe(1)
  const { news, ended } = join(rank, nodes)
  await ended
  expect(news).toEqual([{ refusal: expect.stringContaining(words) }])
})

test('refuses whoever says something else', async () => {
  const socket = connect(leader.port, '127.0.0.1')
  sockets.push(socket)
  socket.end('GET / HTTP/1.1\r\n\r\n')
  const [answer] = await once(socket, 'data')
  expect(JSON.parse(String(answer))).toHaveProperty('refusal')
})

test('ends for its members when the leader ends', async () => {
  const { news, ended } = join(0)
  await expect.poll(() => news.length).toBe(1)
  leader.close()
  await ended
})
