import { NODES } from '@kaito/controller-kit'
import { createManualClock } from '@kaito/controller-kit/testing'
import { MACHINES } from '../claims/machine-kind.ts'
import { NODE_CLAIMS } from '../claims/node-claim-kind.ts'
import type { NodeProvisionerName } from '../provisioner/node-provisioners.ts'
import { aClaimWorld } from './claim-world.ts'
import {
  anExistingNode,
  createFakeNodeProvisioner,
  describeNodeProvisioner,
  type ProvisionerWorld,
  serveClaim,
} from './index.ts'
import { runNodePools } from './run-node-pools.ts'

describeNodeProvisioner('fake', () => {
  const clock = createManualClock()
  const provisioner = createFakeNodeProvisioner({ clock })
  const { claims, serve, vanish, offer, withdraw } = provisioner
  return { provisioner, advance: clock.advance, claims, serve, vanish, offer, withdraw }
})

/** Over a fake cluster, whose backend is the test's hand. */
function onCluster(name: NodeProvisionerName): ProvisionerWorld {
  const { provisioner, cluster, clock } = aClaimWorld({ as: name })
  return {
    provisioner,
    advance: clock.advance,
    claims() {
      runNodePools(cluster)
      const all = [...cluster.list(MACHINES), ...cluster.list(NODE_CLAIMS)]
      return all.map(({ metadata }) => metadata.name).sort()
    },
    serve: (claim) => serveClaim(cluster, claim),
    vanish: (claim) => (name === 'machine' ? cluster.vanish(MACHINES, claim) : cluster.vanish(NODE_CLAIMS, claim)),
    offer: (node) => void cluster.put(NODES, anExistingNode(node)),
    withdraw: (node) => cluster.vanish(NODES, node),
  }
}

describeNodeProvisioner('machine', () => onCluster('machine'))
describeNodeProvisioner('nodeclaim', () => onCluster('nodeclaim'))
describeNodeProvisioner('nodepool', () => onCluster('nodepool'), 'backend')
describeNodeProvisioner('existing-nodes', () => onCluster('existing-nodes'), 'nobody')
