import { connect } from 'node:net'
import { pause } from '../../cluster-clock.ts'
import { joinRendezvous, startRendezvous } from '../../model-server/rendezvous.ts'
import type { TorchLaunch } from '../../model-server/torch-launch.ts'
import type { ProgramContext } from './program.ts'

/** A machine's place among those that serve one model together. */
export interface Meeting {
  /** Whether all of them have met at the leader and none has left. */
  isWhole(): boolean
  /** Resolves when this machine cannot go on: it found no leader, was refused there, or lost it. */
  failed: Promise<Error>
  close(): void
}

const ASK_AGAIN_MS = 50

/** Meets the other machines of a model at its first one, which every machine reaches through the cluster's network. */
export async function meet({ nodes, rank, leader }: TorchLaunch, context: ProgramContext): Promise<Meeting> {
  const { pod, log, onListen } = context
  const podName = pod.metadata.name
  const own = rank === 0 ? await startRendezvous({ nodes, podName }) : undefined
  if (own) onListen(leader.port, own.port)
  const ended = new AbortController()
  let met = 0
  const onMet = (now: number) => {
    if (now !== met) log(`${now} of ${nodes} machines have met at ${leader.host}`)
    met = now
  }
  const signal = AbortSignal.any([context.signal, ended.signal])
  const failed = join({ member: { rank, nodes, podName }, leader, onMet }, { ...context, signal })
  return {
    isWhole: () => met === nodes,
    failed: failed.finally(() => {
      met = 0
    }),
    close() {
      ended.abort()
      own?.close()
    },
  }
}

interface Joining {
  member: { rank: number; nodes: number; podName: string }
  leader: TorchLaunch['leader']
  onMet: (met: number) => void
}

/** Tries as long as machines may take to meet; one that has met the leader and lost it does not try again. */
async function join(joining: Joining, context: ProgramContext): Promise<Error> {
  const { clock, timings, signal } = context
  const untilMs = clock.now() + timings.meetMs
  for (;;) {
    const { failure, isFinal } = await tryToJoin(joining, context)
    if (isFinal || signal.aborted || clock.now() >= untilMs) return failure
    await pause(clock, ASK_AGAIN_MS, signal)
  }
}

interface Attempt {
  failure: Error
  isFinal: boolean
}

async function tryToJoin({ member, leader, onMet }: Joining, context: ProgramContext): Promise<Attempt> {
  const { network, pod, signal } = context
  const found = network.resolve({ ...leader, pod })
  if (typeof found !== 'number') {
    const why = found === 'unknownHost' ? 'cannot be resolved' : `does not answer on port ${leader.port}`
    return { failure: new Error(`the leader ${leader.host} ${why}`), isFinal: false }
  }
  const expected = member.podName.replace(/-\d+$/, '-0')
  let attempt: Attempt = { failure: new Error(`the connection to the leader ${leader.host} ended`), isFinal: false }
  const fail = (message: string) => {
    attempt = { failure: new Error(message), isFinal: true }
  }
  const socket = connect(found, '127.0.0.1')
  socket.on('error', (error) => {
    if (!attempt.isFinal)
      attempt = { ...attempt, failure: new Error(`the leader ${leader.host} fails: ${error.message}`) }
  })
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop, { once: true })
  await joinRendezvous(socket, member, ({ leader: who, met, refusal }) => {
    if (refusal !== undefined) fail(`the leader refuses this machine: ${refusal}`)
    else if (who !== expected) {
      fail(`${leader.host} leads to ${who}, but the leader is ${expected}`)
      socket.destroy()
    } else {
      fail(`the connection to the leader ${leader.host} was lost`)
      onMet(met ?? 0)
    }
  })
  signal.removeEventListener('abort', stop)
  return attempt
}
