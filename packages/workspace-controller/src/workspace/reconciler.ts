import type { Workspace } from '@kaito/api'
import { type Logger, performInOrder, type Reconcile, writeStatus } from '@kaito/controller-kit'
import type { Call } from '@kaito/node-provisioner'
import { type Announcement, announcements } from './announcements.ts'
import { type Tools, workspaceEffects } from './effects.ts'
import { failureOf, Postponed } from './failure.ts'
import { nextStatus } from './next-status.ts'
import { nodeRequest, workspaceRef } from './node-request.ts'
import { observe } from './observe.ts'
import type { Observed } from './observed.ts'
import { plan } from './plan.ts'
import type { Refusal } from './refusal.ts'
import { report } from './report.ts'
import type { Report } from './reported.ts'
import { WORKSPACES } from './workspaces.ts'

interface WorkspaceReconcilerOptions extends Tools {
  /** Tells whoever watches the Workspace; best effort. */
  announce: (workspace: Workspace, announcement: Announcement) => void
}

export function createWorkspaceReconciler(options: WorkspaceReconcilerOptions): Reconcile {
  return async function reconcile(key, { signal, log }) {
    const workspace = options.workspaces.get(key)
    if (!workspace) return
    const call = { signal }
    const { seen, failure } = await perform(options, await observe(workspace, options, call), { call, log })
    const told = report(seen, failure)
    await write(options, { workspace, told }, call)
    for (const announcement of announcements(workspace, told)) options.announce(workspace, announcement)
    return { revisitAfterMs: told.revisitAfterMs }
  }
}

interface Performed {
  seen: Observed
  failure: Refusal | undefined
}

async function perform(options: Tools, seen: Observed, { call, log }: { call: Call; log: Logger }): Promise<Performed> {
  const { provisioner } = options
  const { workspace, order } = seen
  const effects = workspaceEffects(options, workspace, call)
  let after = seen
  try {
    await performInOrder(
      plan(seen),
      {
        ...effects,
        async changeWorkload(action) {
          // What it was before says nothing of how far the change is.
          after = { ...seen, workload: await effects.changeWorkload(action) }
        },
        async requestNodes() {
          if (!order) return
          const request = nodeRequest(workspace, order.nodes)
          const slots = await provisioner.request(request, call)
          after = { ...seen, supply: await provisioner.supply({ ...request, slots }, call) }
        },
        async giveBackNodes() {
          const {
            released,
            reason = 'Deleting',
            message = '',
          } = await provisioner.giveBack(workspaceRef(workspace), call)
          if (!released) throw new Postponed({ reason, message })
          after = { ...seen, hasGivenBack: true }
        },
      },
      log,
    )
    return { seen: after, failure: undefined }
  } catch (error) {
    const failure = failureOf(error)
    if (!failure) throw error
    return { seen: after, failure }
  }
}

async function write(options: Tools, { workspace, told }: { workspace: Workspace; told: Report }, { signal }: Call) {
  const { client, clock, workspaces } = options
  const status = nextStatus(workspace, told, clock.now())
  if (!status) return
  workspaces.observe(await writeStatus({ client, resource: WORKSPACES, current: workspace, status, signal }))
}
