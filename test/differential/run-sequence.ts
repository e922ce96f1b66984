import { setTimeout as pause } from 'node:timers/promises'
import { type Difference, differences } from './difference.ts'
import type { Exchange, ServerAnswer } from './exchange.ts'
import { createMask } from './masked-answer.ts'
import { createServerMemory } from './server-memory.ts'
import type { Sequence, Step } from './step.ts'
import type { TwoServers } from './two-servers.ts'

/** A step whose answers differ. */
export interface Finding {
  sequence: string
  index: number
  step: Step
  real: ServerAnswer
  embedded: ServerAnswer
  differences: Difference[]
}

interface SequenceResult {
  requests: number
  findings: Finding[]
}

/** Takes away the differences that are known; the rest is unexplained. */
type Explain = (step: Step, found: Difference[]) => Difference[]

/** Asks both servers the same, one step after the other, until they seem to hold different things. */
export async function runSequence(servers: TwoServers, sequence: Sequence, explain: Explain): Promise<SequenceResult> {
  const real = createSide(servers.real)
  const embedded = createSide(servers.embedded)
  const steps = [...setUp(sequence.namespace), ...sequence.steps]
  const findings: Finding[] = []
  for (const [index, step] of steps.entries()) {
    const ask = () => Promise.all([real(step), embedded(step)])
    let [shown, imitated] = await ask()
    let unexplained = explain(step, differences(shown, imitated))
    if (unexplained.length > 0 && mayLag(step)) {
      ;[shown, imitated] = await ask()
      unexplained = explain(step, differences(shown, imitated))
    }
    if (unexplained.length === 0) continue
    const answers = { real: shown, embedded: imitated, differences: unexplained }
    findings.push({ sequence: sequence.name, index, step, ...answers })
    // What follows different states says nothing; two refusals in other words leave the same behind.
    const refused = shown.status >= 400 && imitated.status >= 400
    if (!refused && step.method !== 'GET') return { requests: index + 1, findings }
  }
  return { requests: steps.length, findings }
}

/** A read at no version in particular: the cache of the real server may answer without the last change. */
function mayLag({ method, query = {} }: Step): boolean {
  return method === 'GET' && query.resourceVersion !== undefined && query.watch === undefined
}

/** One server during one sequence. */
function createSide(exchange: Exchange): (step: Step) => Promise<ServerAnswer> {
  const memory = createServerMemory()
  const mask = createMask()
  return async (step) => {
    const sent = memory.resolve(step)
    const answer = await settled(exchange, sent)
    if (answer.status < 300) memory.learn(sent, answer.body)
    return mask(answer)
  }
}

const PATIENCE_MS = 10_000

async function settled(exchange: Exchange, step: Step): Promise<ServerAnswer> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await exchange.send(step)
    const isSettled = step.until === undefined || JSON.stringify(answer.body).includes(step.until)
    if (isSettled || performance.now() > end) return answer
    await pause(50)
  }
}

/** What a namespace is given by controllers, which do not run here. */
function setUp(namespace: string): Step[] {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  return [
    {
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { sequence: namespace } } },
    },
    { method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: account },
  ]
}

/** Runs many sequences, some at the same time. */
export async function runAll(
  sequences: Sequence[],
  run: (sequence: Sequence) => Promise<SequenceResult>,
  width = 12,
): Promise<SequenceResult[]> {
  const waiting = [...sequences]
  const results: SequenceResult[] = []
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await run(next))
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}
