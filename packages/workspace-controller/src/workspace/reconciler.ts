import type { Workspace } from '@kaito/api'
import { type Logger, performInOrder, type Reconcile, writeStatus } from '@kaito/controller-kit'
import type { Call } from '@kaito/node-provisioner'
import { type Announcement, announcements } from './announcements.ts'
import { type Tools, workspaceEffects } from './effects.ts'
import { failureOf } from './failure.ts'
import { nextStatus } from './next-status.ts'
import { nodeRequest } from './node-request.ts'
import { type Observation, observe } from './observe.ts'
import type { Refusal } from './order.ts'
import { plan } from './plan.ts'
import { type Report, report } from './report.ts'
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
    const { observation, failure } = await perform(options, await observe(workspace, options, call), { call, log })
    const told = report(observation.seen, failure)
    await write(options, { workspace, told }, call)
    for (const announcement of announcements(workspace, told)) options.announce(workspace, announcement)
    return { revisitAfterMs: told.revisitAfterMs }
  }
}

interface Performed {
  observation: Observation
  failure: Refusal | undefined
}

async function perform(
  options: Tools,
  observation: Observation,
  { call, log }: { call: Call; log: Logger },
): Promise<Performed> {
  const { seen, order } = observation
  let after = observation
  try {
    await performInOrder(
      plan(seen),
      {
        ...workspaceEffects(options, seen.workspace, call),
        async requestNodes() {
          if (!order) return
          const request = nodeRequest(seen.workspace, order)
          const slots = await options.provisioner.request(request, call)
          after = { order, seen: { ...seen, supply: await options.provisioner.supply({ ...request, slots }, call) } }
        },
      },
      log,
    )
    return { observation: after, failure: undefined }
  } catch (error) {
    const failure = failureOf(error)
    if (!failure) throw error
    return { observation: after, failure }
  }
}

async function write(options: Tools, { workspace, told }: { workspace: Workspace; told: Report }, { signal }: Call) {
  const { client, clock, workspaces } = options
  const status = nextStatus(workspace, told, clock.now())
  if (!status) return
  workspaces.observe(await writeStatus({ client, resource: WORKSPACES, current: workspace, status, signal }))
}
