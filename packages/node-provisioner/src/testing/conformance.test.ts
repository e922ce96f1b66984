import { NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { createMachineNodeProvisioner } from '../machine/machine-node-provisioner.ts'
import { MACHINE_INDEXES, MACHINES } from '../machine/machine-object.ts'
import { createFakeNodeProvisioner, describeNodeProvisioner, serveMachine } from './index.ts'

describeNodeProvisioner('fake', () => {
  const clock = createManualClock()
  const provisioner = createFakeNodeProvisioner({ clock })
  const { claims, serve, vanish } = provisioner
  return { provisioner, advance: clock.advance, claims, serve, vanish }
})

describeNodeProvisioner('Machine', () => {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const machines = cluster.cacheOf(MACHINES, MACHINE_INDEXES)
  const nodes = cluster.cacheOf(NODES)
  return {
    provisioner: createMachineNodeProvisioner({ client: cluster.client, machines, nodes, clock }),
    advance: clock.advance,
    claims: () =>
      cluster
        .list(MACHINES)
        .map(({ metadata }) => metadata.name)
        .sort(),
    serve: (claim) => serveMachine(cluster, claim),
    vanish: (claim) => cluster.vanish(MACHINES, claim),
  }
})
