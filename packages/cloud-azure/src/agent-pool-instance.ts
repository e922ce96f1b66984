import type { AgentPool } from '@azure/arm-containerservice'
import { CloudError, type Instance, type InstanceState } from '@kaito/cloud-provider'
import { isMadeByKaito } from './adoption.ts'
import { explainFailedPool } from './cloud-failure.ts'
import { ownership } from './ownership-tags.ts'

/** `provisioningState` is a free string: these are the values AKS is known to send. */
const STATES = new Map<string, InstanceState>(
  Object.entries({
    Creating: 'Creating',
    Deleting: 'Deleting',
    Succeeded: 'Running',
    Failed: 'Failed',
    Canceled: 'Failed',
    Updating: 'Busy',
    Upgrading: 'Busy',
    Scaling: 'Busy',
    Canceling: 'Busy',
    Starting: 'Busy',
    Stopping: 'Busy',
    Migrating: 'Busy',
  } as const),
)

/** Whether a state is outside the list above; it counts as `Busy`, since nobody knows that it is final. */
export function isUnknownState({ provisioningState }: AgentPool): boolean {
  return provisioningState !== undefined && !STATES.has(provisioningState)
}

/** One agent pool as this seam's instance. `cluster` as in the ownership tags. */
export function agentPoolInstance(pool: AgentPool, cluster: string): Instance {
  if (typeof pool.name !== 'string') {
    throw new CloudError('CloudUnreachable', 'the answer is not an agent pool: it has no name')
  }
  const owner = ownership(pool.tags, cluster)
  const state = instanceState(pool)
  return {
    name: pool.name,
    claimUid: owner?.claimUid,
    madeByKaito: isMadeByKaito(pool),
    launch: owner?.launch,
    claimCreatedAt: owner?.claimCreatedAt,
    state,
    failure: state === 'Failed' ? failure(pool) : undefined,
    instanceType: pool.vmSize ?? '',
    capacityType: pool.scaleSetPriority?.toLowerCase() === 'spot' ? 'spot' : 'on-demand',
    nodeSelector: { agentpool: pool.name, 'kubernetes.azure.com/agentpool': pool.name },
  }
}

function instanceState({ provisioningState, powerState }: AgentPool): InstanceState {
  // Resource Manager lets a resource without operations leave the state out: then it is done.
  const state = provisioningState === undefined ? 'Running' : (STATES.get(provisioningState) ?? 'Busy')
  return state === 'Running' && powerState?.code === 'Stopped' ? 'Stopped' : state
}

function failure(pool: AgentPool): Instance['failure'] {
  if (pool.provisioningState === 'Canceled') {
    return { reason: 'Unknown', message: 'The last operation of the agent pool was cancelled.' }
  }
  return explainFailedPool(pool.status?.provisioningError, pool.vmSize)
}
