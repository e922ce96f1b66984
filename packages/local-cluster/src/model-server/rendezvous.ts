import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { listenOnLoopback } from './listen-on-loopback.ts'

/** Who joins the processes of one model. */
interface Member {
  rank: number
  nodes: number
  podName: string
}

interface Leader {
  /** On loopback. */
  port: number
  close(): void
}

/**
 * Where the machines of one model meet. A member says who it is in one line of JSON; each is then told, again whenever
 * that changes, who leads and how many are there.
 */
export async function startRendezvous({ nodes, podName }: Omit<Member, 'rank'>): Promise<Leader> {
  const members = new Map<number, Socket>()
  const sockets = new Set<Socket>()
  const tell = () => {
    for (const socket of members.values()) send(socket, { leader: podName, met: members.size })
  }

  function admit(member: Member, socket: Socket): void {
    const refusal = refusalOf(member, { nodes, isTaken: members.has(member.rank) })
    if (refusal !== undefined) {
      socket.end(`${JSON.stringify({ refusal })}\n`)
      return
    }
    members.set(member.rank, socket)
    socket.once('close', () => {
      members.delete(member.rank)
      tell()
    })
    tell()
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A member that went away is noticed by its closed connection.
    socket.on('error', () => socket.destroy())
    createInterface({ input: socket }).once('line', (line) => {
      const { rank, nodes: expected, podName: name } = parsed(line)
      admit({ rank: Number(rank), nodes: Number(expected), podName: String(name) }, socket)
    })
  })
  const port = await listenOnLoopback(server)
  return {
    port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function refusalOf({ rank, nodes: expected, podName }: Member, group: { nodes: number; isTaken: boolean }) {
  if (expected !== group.nodes) return `${podName} expects ${expected} machines, the leader ${group.nodes}`
  if (!(rank >= 0 && rank < group.nodes)) return `${podName} has rank ${rank} among ${group.nodes} machines`
  return group.isTaken ? `rank ${rank} of ${podName} is there already` : undefined
}

function send(socket: Socket, message: object): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`)
}

/** Anything may connect; what is no JSON says nothing. */
function parsed(line: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(line))
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

/** What the leader says; after the end of the connection nothing. */
interface MeetingNews {
  leader?: string
  met?: number
  refusal?: string
}

/** Joins over an open connection; resolves when it has ended. */
export async function joinRendezvous(
  socket: Socket,
  member: Member,
  onNews: (news: MeetingNews) => void,
): Promise<void> {
  send(socket, member)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const lines = createInterface({ input: socket })
  lines.on('line', (line) => {
    const { leader, met, refusal } = parsed(line)
    onNews({
      ...(typeof leader === 'string' ? { leader } : {}),
      ...(typeof met === 'number' ? { met } : {}),
      ...(typeof refusal === 'string' ? { refusal } : {}),
    })
  })
  await closed
}
