import type { Call, WorkspaceRef } from '../node-provisioner.ts'
import type { Claim } from './claim.ts'
import type { ClaimStore } from './claim-store.ts'

/** A claim and the store that has it. */
export interface FoundClaim {
  claim: Claim
  store: ClaimStore
}

/**
 * Claims of every kind, whichever of them new ones are: an installation that asked for another kind before has claims of
 * that kind, and their nodes stay.
 */
export interface ClaimStores {
  cached(name: string): FoundClaim | undefined
  /** As the server has it now, of any kind. */
  read(name: string, call: Call): Promise<FoundClaim | undefined>
  list(): Claim[]
  cachedOf(workspace: WorkspaceRef): FoundClaim[]
  /** As the server has them now, of any kind. */
  readOf(workspace: WorkspaceRef, call: Call): Promise<FoundClaim[]>
  onChange(listener: Parameters<ClaimStore['onChange']>[0]): void
}

/** `asked` is the kind of new claims; those of the others are from earlier processes, if there are any. */
export function createClaimStores(all: ClaimStore[], asked: ClaimStore | undefined): ClaimStores {
  const stores = all.toSorted((one, other) => Number(other === asked) - Number(one === asked))

  function cached(name: string): FoundClaim | undefined {
    for (const store of stores) {
      const claim = store.cached(name)
      if (claim) return { claim, store }
    }
    return undefined
  }

  return {
    cached,
    async read(name, call) {
      const found = await Promise.all(stores.map(async (store) => ({ claim: await store.read(name, call), store })))
      return found.flatMap(({ claim, store }) => (claim ? [{ claim, store }] : []))[0]
    },
    list: () => stores.flatMap((store) => store.list()),
    cachedOf: (workspace) => stores.flatMap((store) => store.cachedOf(workspace).map((claim) => ({ claim, store }))),
    async readOf(workspace, call) {
      // What nobody makes any more is as the cache has it, which was whole before this process did anything.
      const uncertain = stores.filter(
        (store) => store === asked || !store.isComplete() || store.cachedOf(workspace).length > 0,
      )
      const found = await Promise.all(
        uncertain.map(async (store) => (await store.readOf(workspace, call)).map((claim) => ({ claim, store }))),
      )
      return found.flat()
    },
    onChange: (listener) => {
      for (const store of stores) store.onChange(listener)
    },
  }
}
