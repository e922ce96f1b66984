import { GPU_RESOURCE, INSTANCE_TYPE_LABEL, MACHINE_CONDITIONS, type Machine, TERMINATION_FINALIZER } from '@kaito/api'
import { NODES } from '@kaito/controller-kit'
import type { FakeCluster } from '@kaito/controller-kit/testing'
import { MACHINES } from '../machine/machine-object.ts'

/** Does to a claim in a fake cluster what its provisioner does: holds it, and brings its node up complete. */
export function serveMachine(cluster: FakeCluster, claim: string): void {
  const machine: Machine | undefined = cluster.get(MACHINES, claim)
  if (!machine) throw new Error(`the fake cluster has no claim ${claim}`)
  const name = `node-${claim}`
  const [instanceType] = machine.spec?.requirements?.find(({ key }) => key === INSTANCE_TYPE_LABEL)?.values ?? []
  cluster.put(NODES, {
    metadata: { name, labels: { ...machine.metadata.labels, [INSTANCE_TYPE_LABEL]: instanceType ?? '' } },
    status: {
      allocatable: { [GPU_RESOURCE]: String(machine.spec?.resources?.requests?.[GPU_RESOURCE] ?? 0) },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  })
  cluster.edit(MACHINES, claim, (served) => {
    served.metadata.finalizers = [TERMINATION_FINALIZER]
    served.metadata.labels = { ...served.metadata.labels, [INSTANCE_TYPE_LABEL]: instanceType ?? '' }
    const conditions = Object.values(MACHINE_CONDITIONS).map((type) => ({ type, status: 'True' }))
    served.status = { nodeName: name, conditions }
  })
}
