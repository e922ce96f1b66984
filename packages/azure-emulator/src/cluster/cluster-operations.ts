import { setPower } from '../agent-pools/machines.ts'
import { isBusy } from '../agent-pools/pool.ts'
import { publishPool } from '../agent-pools/pool-body.ts'
import { anotherOperation } from '../agent-pools/refusals.ts'
import { aksError } from '../arm/arm-error.ts'
import type { Cloud } from '../cloud.ts'

/** Throws while the cluster itself is being changed or is stopped: pools cannot be changed then. */
export function requireOperableCluster({ cluster }: Cloud): void {
  if (cluster.operation) throw anotherOperation(cluster.operation, 'cluster')
  if (cluster.powerState === 'Stopped')
    throw aksError({
      status: 400,
      code: 'OperationNotAllowed',
      message:
        'managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), agent pool operations cannot be performed',
    })
}

/** An operation of the cluster itself (upgrade, stop, reconciling an add-on); 0 seconds completes it at once. */
export function runClusterOperation(cloud: Cloud, kind: string, course: { seconds: number; end?: () => void }): void {
  const { cluster } = cloud
  const busy = [...cloud.pools.values()].find(isBusy)
  if (cluster.operation) throw anotherOperation(cluster.operation, 'cluster')
  if (busy) throw anotherOperation(busy.provisioningState, 'agentpool')
  cluster.operation = kind
  const finish = () => {
    cluster.operation = undefined
    course.end?.()
    touch(cloud)
  }
  if (course.seconds === 0) finish()
  else cluster.cancelTimer = cloud.clock.after(course.seconds * 1000, finish)
}

/** Stops or starts the cluster with all its machines. */
export function powerCluster(cloud: Cloud, state: 'Running' | 'Stopped', seconds: number): void {
  runClusterOperation(cloud, state === 'Running' ? 'Starting' : 'Stopping', {
    seconds,
    end: () => {
      cloud.cluster.powerState = state
      for (const pool of cloud.pools.values()) setPower(cloud, pool, state)
    },
  })
}

// An operation of the cluster changes the ETags of the cluster and of all its pools.
function touch(cloud: Cloud): void {
  cloud.cluster.etag = cloud.newId()
  for (const pool of cloud.pools.values()) publishPool(cloud, pool)
}
