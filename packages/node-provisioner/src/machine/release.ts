import type { Machine } from '@kaito/api'
import type { Cache, KubeClient } from '@kaito/controller-kit'
import type { Call, Released, WorkspaceRef } from '../node-provisioner.ts'
import { drainBlock } from './drain-block.ts'
import { cachedMachinesOf, isOwnedBy, MACHINES, ownerLabels } from './machine-object.ts'

interface Sources {
  client: KubeClient
  machines: Cache<Machine>
}

/** Deletes the claims that an uncached list shows; released is only what such a list no longer shows. */
export async function releaseMachines(
  { client, machines }: Sources,
  workspace: WorkspaceRef,
  call: Call,
): Promise<Released> {
  const known = cachedMachinesOf(workspace, machines)
  // Their end will be seen by the cache; until then the server need not be asked again.
  if (known.length > 0 && known.every(({ metadata }) => metadata.deletionTimestamp))
    return { released: false, ...progress(known) }
  const labelSelector = Object.entries(ownerLabels(workspace))
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  const listed = await client.list(MACHINES, { labelSelector, signal: call.signal })
  const owned = listed.filter((machine) => isOwnedBy(machine, workspace))
  await Promise.all(
    owned.map(async ({ metadata: { name, uid, deletionTimestamp } }) => {
      if (uid === undefined || deletionTimestamp !== undefined) return
      await client.delete(MACHINES, { name }, { preconditions: { uid }, signal: call.signal })
    }),
  )
  return owned.length === 0 ? { released: true } : { released: false, ...progress(owned) }
}

function progress(machines: Machine[]): { reason: 'DrainBlocked' | 'Deleting'; message: string } {
  const names = machines.map(({ metadata }) => metadata.name).join(' ')
  const [blocked] = machines.flatMap((machine) => drainBlock(machine) ?? [])
  return (
    blocked ?? {
      reason: 'Deleting',
      message: `nodes are being given back; "kubectl describe machine ${names}" shows each step`,
    }
  )
}
