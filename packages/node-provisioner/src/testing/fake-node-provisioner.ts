import type { Reason } from '@kaito/api'
import type { Clock } from '@kaito/controller-kit'
import { claimName } from '../machine/claim-name.ts'
import type {
  NodeProvisioner,
  NodeRequest,
  NodeSupply,
  SlotRecord,
  SlotState,
  WorkspaceRef,
} from '../node-provisioner.ts'

const RETRY_MS = 10_000

interface FakeClaim {
  workspace: WorkspaceRef
  isReady: boolean
  lack: { reason: Reason; message: string }
}

/** A NodeProvisioner in memory, driven by the test's hand. It is a simulation: no cluster stands behind it. */
export interface FakeNodeProvisioner extends NodeProvisioner {
  /** Names of all claims, sorted. */
  claims(): string[]
  /** The claim's node comes up, complete. */
  serve(claim: string): void
  /** The claim says why it gives no node. */
  hold(claim: string, lack: { reason: Reason; message: string }): void
  /** The claim is gone, whatever it was. */
  vanish(claim: string): void
}

export function createFakeNodeProvisioner({ clock }: { clock: Clock }): FakeNodeProvisioner {
  const claims = new Map<string, FakeClaim>()
  const listeners: ((workspace: { name: string; namespace: string }) => void)[] = []

  function change(name: string, apply: (claim: FakeClaim) => void): void {
    const claim = claims.get(name)
    if (!claim) throw new Error(`the fake provisioner has no claim ${name}`)
    apply(claim)
    for (const listener of listeners) listener(claim.workspace)
  }

  function view(record: SlotRecord, isRecorded: boolean, sizes: string[]): SlotState & { isMissing: boolean } {
    const claim = claims.get(record.claimName)
    const instanceType = sizes.length === 1 || claim?.isReady ? sizes[0] : undefined
    if (!claim) {
      const retryAt = record.retryAt ?? new Date(clock.now() + RETRY_MS).toISOString()
      const isMissing = !isRecorded || Date.parse(retryAt) <= clock.now()
      const why = { phase: 'Retrying' as const, reason: 'ClaimGone' as const, message: 'gone' }
      return { ...record, ...(isRecorded ? { retryAt } : {}), ...why, nodeName: undefined, instanceType, isMissing }
    }
    const { ordinal, attempt, claimName: name } = record
    const shared = { ordinal, attempt, claimName: name, instanceType, isMissing: false }
    return claim.isReady
      ? { ...shared, phase: 'Ready', nodeName: `node-${name}`, reason: undefined, message: undefined }
      : { ...shared, phase: 'Creating', nodeName: undefined, ...claim.lack }
  }

  const views = ({ workspace, count, instanceTypes, slots }: NodeRequest) =>
    Array.from({ length: count }, (_, ordinal) => {
      const recorded = slots.find((slot) => slot.ordinal === ordinal)
      const first = { ordinal, attempt: 0, claimName: claimName({ workspaceUid: workspace.uid, ordinal, attempt: 0 }) }
      return view(recorded ?? first, recorded !== undefined, instanceTypes)
    })

  return {
    name: 'fake',
    supply: async (request) => supplyOf(views(request)),
    async request(request) {
      const { workspace } = request
      return views(request).map(({ ordinal, attempt: last, claimName: lastName, retryAt, isMissing }) => {
        if (!isMissing) return { ordinal, attempt: last, claimName: lastName, ...(retryAt ? { retryAt } : {}) }
        const attempt = retryAt ? last + 1 : last
        const name = claimName({ workspaceUid: workspace.uid, ordinal, attempt })
        const lack = { reason: 'PoolCreating' as const, message: 'on its way' }
        if (!claims.has(name)) claims.set(name, { workspace, isReady: false, lack })
        return { ordinal, attempt, claimName: name }
      })
    },
    async release({ uid }) {
      const owned = [...claims.values()].filter(({ workspace }) => workspace.uid === uid)
      return owned.length === 0
        ? { released: true }
        : { released: false, reason: 'Deleting', message: 'on their way out' }
    },
    onChange: (listener) => void listeners.push(listener),
    claims: () => [...claims.keys()].sort(),
    serve: (name) => change(name, (claim) => Object.assign(claim, { isReady: true })),
    hold: (name, lack) => change(name, (claim) => Object.assign(claim, { isReady: false, lack })),
    vanish: (name) => change(name, () => claims.delete(name)),
  }
}

function supplyOf(views: (SlotState & { isMissing: boolean })[]): NodeSupply {
  const slots = views.map(({ isMissing: _isMissing, ...slot }) => slot)
  if (views.some(({ isMissing }) => isMissing)) return { phase: 'missing', slots }
  const lacking = slots.find(({ phase }) => phase !== 'Ready')
  if (lacking) return { phase: 'waiting', reason: lacking.reason ?? 'Unknown', message: lacking.message ?? '', slots }
  return { phase: 'ready', slots }
}
