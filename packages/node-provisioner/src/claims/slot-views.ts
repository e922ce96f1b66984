import { type Cache, type Clock, type KubeClient, NODES, type Node } from '@kaito/controller-kit'
import type { BackendSettings } from '../backend/backend-settings.ts'
import { existingSlot } from '../existing-nodes/existing-slot.ts'
import { isMadeBy } from '../node-pools/node-pool.ts'
import type { Call, NodeRequest, SlotRecord } from '../node-provisioner.ts'
import { claimName, poolName } from '../slots/claim-name.ts'
import type { SlotView } from '../slots/slot-view.ts'
import { nextAttempt } from '../slots/vanished-slot.ts'
import { claimSlot, wasLaunched } from './claim-slot.ts'
import type { ClaimStores, FoundClaim } from './claim-stores.ts'

interface SlotSources {
  client: KubeClient
  claims: ClaimStores
  /** Kind of the claims that are made now, as kubectl takes it; undefined where none are made. */
  askedOf: string | undefined
  /** Claims of a pool that were not launched are Karpenter's to exchange; without the pool nobody does. */
  keepsPool: boolean
  nodes: Cache<Node>
  backend: BackendSettings
  clock: Clock
}

/** The wanted nodes as they look now, by ordinal. */
export async function slotViews(sources: SlotSources, request: NodeRequest, call: Call): Promise<SlotView[]> {
  const ordinals = Array.from({ length: request.count }, (_, ordinal) => ordinal)
  const views = await Promise.all(
    ordinals.map((ordinal) => {
      const recorded = request.slots.find((slot) => slot.ordinal === ordinal)
      if (!recorded || wasNeverAsked(recorded)) return firstView(sources, request, recorded ?? { ordinal, attempt: 0 })
      return recorded.claimName === undefined
        ? existingView(sources, { record: recorded, request }, call)
        : claimView(sources, { record: recorded, request }, call)
    }),
  )
  return withPoolClaims(sources, { request, views })
}

/** On record because it waits for something else, such as a kind that is not served. */
function wasNeverAsked({ claimName: claim, nodeName, retryAt }: SlotRecord): boolean {
  return claim === undefined && nodeName === undefined && retryAt === undefined
}

function firstView(sources: SlotSources, request: NodeRequest, { ordinal, attempt }: SlotRecord): SlotView {
  const name = claimName({ workspaceUid: request.workspace.uid, ordinal, attempt })
  return viewOfCached(sources, { record: { ordinal, attempt, claimName: name }, request })
}

/** Claims that the Workspace's NodePool made stand for slots that have nothing else, also when the pool is gone. */
function withPoolClaims(
  sources: SlotSources,
  { request, views }: { request: NodeRequest; views: SlotView[] },
): SlotView[] {
  const spare = spareClaims(sources, request)
  return views.map((view) => {
    const { isMissing, waitsToRetry, ends, next } = view
    const found = (isMissing && !ends) || waitsToRetry ? spare.shift() : undefined
    if (!found) return view
    const { ordinal, attempt } = isMissing ? next : nextAttempt(next, request)
    const record = { ordinal, attempt, claimName: found.claim.metadata.name }
    return viewOf(sources, { record, request }, { isRecorded: true, found })
  })
}

function spareClaims({ claims, keepsPool }: SlotSources, { workspace, slots }: NodeRequest): FoundClaim[] {
  const pool = poolName(workspace.uid)
  const taken = new Set(slots.map(({ claimName: name }) => name))
  return claims
    .cachedOf(workspace)
    .filter(({ claim }) => isMadeBy(claim, pool) && !taken.has(claim.metadata.name))
    .filter((found) => !found.claim.metadata.deletionTimestamp && (wasLaunched(found) || !keepsPool))
    .sort(({ claim: one }, { claim: other }) => (one.metadata.name < other.metadata.name ? -1 : 1))
}

interface Recorded {
  record: SlotRecord
  request: NodeRequest
}

async function claimView(sources: SlotSources, { record, request }: Recorded, call: Call): Promise<SlotView> {
  const { claims } = sources
  const name = record.claimName ?? ''
  // Only a recorded claim can have vanished, and only the server itself can say so.
  const found = claims.cached(name) ?? (await claims.read(name, call))
  const successor = found ? undefined : successorView(sources, { record, request })
  return successor ?? viewOf(sources, { record, request }, { isRecorded: true, found })
}

async function existingView(sources: SlotSources, { record, request }: Recorded, call: Call): Promise<SlotView> {
  const { client, nodes, clock } = sources
  const { nodeName: name } = record
  const node = name === undefined ? undefined : (nodes.get(name) ?? (await storedNode(client, name, call)))
  const successor = node ? undefined : successorView(sources, { record, request })
  return successor ?? existingSlot({ record, node }, request, clock.now())
}

/** Only the server itself can say that a node is gone. Asked as a list, it takes no right that the cache has not. */
async function storedNode(client: KubeClient, name: string, { signal }: Call): Promise<Node | undefined> {
  const [node] = await client.list(NODES, { fieldSelector: `metadata.name=${name}`, signal })
  return node
}

/** The next claim may be there and not on record: a crash came between. */
function successorView(sources: SlotSources, { record, request }: Recorded): SlotView | undefined {
  const next = nextAttempt(record, request)
  return sources.claims.cached(next.claimName) && viewOfCached(sources, { record: next, request })
}

function viewOfCached(sources: SlotSources, recorded: Recorded): SlotView {
  const found = sources.claims.cached(recorded.record.claimName ?? '')
  return viewOf(sources, recorded, { isRecorded: false, found })
}

function viewOf(
  { nodes, clock, backend, askedOf }: SlotSources,
  { record, request }: Recorded,
  seen: { isRecorded: boolean; found: FoundClaim | undefined },
): SlotView {
  const node = nodes.get(seen.found?.claim.status?.nodeName ?? '')
  return claimSlot({ record, ...seen, node, askedOf }, request, { backend, now: clock.now() })
}
