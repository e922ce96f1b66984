import { NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock } from '@kaito/controller-kit/testing'
import { createMachineNodeProvisioner } from '../machine/machine-node-provisioner.ts'
import { MACHINE_INDEXES, MACHINES } from '../machine/machine-object.ts'
import { anExistingNode } from './existing-node.ts'
import { createFakeNodeProvisioner, describeNodeProvisioner, serveMachine } from './index.ts'

describeNodeProvisioner('fake', () => {
  const clock = createManualClock()
  const provisioner = createFakeNodeProvisioner({ clock })
  const { claims, serve, vanish, offer, withdraw } = provisioner
  return { provisioner, advance: clock.advance, claims, serve, vanish, offer, withdraw }
})

describeNodeProvisioner('Machine', () => {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const machines = cluster.cacheOf(MACHINES, MACHINE_INDEXES)
  const nodes = cluster.cacheOf(NODES)
  return {
    provisioner: createMachineNodeProvisioner({
      client: cluster.client,
      machines,
      nodes,
      clock,
      reservations: async () => [],
    }),
    advance: clock.advance,
    claims: () =>
      cluster
        .list(MACHINES)
        .map(({ metadata }) => metadata.name)
        .sort(),
    serve: (claim) => serveMachine(cluster, claim),
    vanish: (claim) => cluster.vanish(MACHINES, claim),
    offer: (name) => void cluster.put(NODES, anExistingNode(name)),
    withdraw: (name) => cluster.vanish(NODES, name),
  }
})
