import { GPU_RESOURCE, INSTANCE_TYPE_LABEL, TERMINATION_FINALIZER } from '@kaito/api'
import { NODES } from '@kaito/controller-kit'
import type { FakeCluster } from '@kaito/controller-kit/testing'
import type { Claim, ClaimKind } from '../claims/claim.ts'
import { machineKind } from '../claims/machine-kind.ts'
import { nodeClaimKind } from '../claims/node-claim-kind.ts'

/** Does to a claim in a fake cluster what its backend does: holds it, and brings its node up complete. */
export function serveClaim(cluster: FakeCluster, name: string): void {
  const machine = cluster.get(machineKind.resource, name)
  const nodeClaim = cluster.get(nodeClaimKind.resource, name)
  if (machine) serve(cluster, machineKind, { claim: machine, requests: machine.spec?.resources?.requests })
  else if (nodeClaim) serve(cluster, nodeClaimKind, { claim: nodeClaim, requests: nodeClaim.spec.resources?.requests })
  else throw new Error(`the fake cluster has no claim ${name}`)
}

interface Served<T extends Claim> {
  claim: T
  requests: Record<string, string | number> | undefined
}

/** A claim that asks for no GPUs, as those of a NodePool, gets one. */
function serve<T extends Claim>(
  cluster: FakeCluster,
  { resource, conditions }: ClaimKind<T>,
  { claim, requests = { [GPU_RESOURCE]: 1 } }: Served<T>,
): void {
  const { name, uid } = claim.metadata
  const nodeName = `node-${name}`
  const [instanceType] = claim.spec?.requirements?.find(({ key }) => key === INSTANCE_TYPE_LABEL)?.values ?? []
  cluster.put(NODES, {
    metadata: { name: nodeName, labels: { ...claim.metadata.labels, [INSTANCE_TYPE_LABEL]: instanceType ?? '' } },
    status: {
      allocatable: { [GPU_RESOURCE]: String(requests[GPU_RESOURCE] ?? 0) },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  })
  cluster.edit(resource, name, (served) => {
    served.metadata.finalizers = [TERMINATION_FINALIZER]
    served.metadata.labels = { ...served.metadata.labels, [INSTANCE_TYPE_LABEL]: instanceType ?? '' }
    const { launched, registered, initialized, ready } = conditions
    const met = [launched, registered, initialized, ready].map((type) => ({ type, status: 'True' }))
    served.status = { nodeName, providerID: `fake:///${uid}`, conditions: met }
  })
}
