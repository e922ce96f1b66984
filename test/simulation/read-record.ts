import type { KubeObject } from '@kaito/local-cluster'
import type { WireAnswer, WireCall } from './wire.ts'

/** The server's own answer about one claim; undefined says that there is none of the name. */
export interface ClaimRead {
  object: KubeObject | undefined
}

/** What each process has read of the claims, past its caches. */
interface ReadRecord {
  /** The last answer that it has not acted on yet; undefined without one. */
  last(process: string, claim: string): ClaimRead | undefined
  onAnswer(call: WireCall, answer: WireAnswer): void
}

interface ListRead {
  at: number
  objects: ReadonlyMap<string, KubeObject>
}

/** A list of all claims speaks for each of them, but not for long. */
const LIST_COUNTS_MS = 10_000

export function createReadRecord(plural: string, now: () => number): ReadRecord {
  const reads = new Map<string, ClaimRead>()
  const lists = new Map<string, ListRead>()

  function read({ process, verb, resource, name = '' }: WireCall, { status, text }: WireAnswer): void {
    if (resource !== plural) return
    if (verb === 'get' && status === 200) reads.set(`${process}/${name}`, { object: JSON.parse(text) })
    if (verb === 'get' && status === 404) reads.set(`${process}/${name}`, { object: undefined })
    if (verb !== 'list' || status !== 200) return
    const { items }: { items: KubeObject[] } = JSON.parse(text)
    lists.set(process, { at: now(), objects: new Map(items.map((object) => [object.metadata.name, object])) })
  }

  return {
    last(process, claim) {
      const list = lists.get(process)
      const own = reads.get(`${process}/${claim}`)
      if (own || !list || now() - list.at > LIST_COUNTS_MS) return own
      return { object: list.objects.get(claim) }
    },
    onAnswer(call, answer) {
      if (call.side === 'kube') read(call, answer)
      const isChange = call.side === 'arm' && call.isWrite && answer.status < 300
      if (isChange) reads.delete(`${call.process}/${call.name}`)
    },
  }
}
