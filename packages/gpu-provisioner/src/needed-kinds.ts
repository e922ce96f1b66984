import { machineAdapter } from '@kaito/claim-lifecycle'
import type { NeededKind } from '@kaito/controller-kit'

/** What we read and write; anything else the served definition may have or lack. */
export const NEEDED_KINDS: readonly NeededKind[] = [
  {
    resource: machineAdapter.resource,
    fields: [
      'spec.requirements.values',
      'spec.resources.requests',
      'spec.taints',
      'spec.startupTaints',
      'status.conditions.reason',
      'status.conditions.message',
      'status.nodeName',
      'status.providerID',
      'status.capacity',
      'status.allocatable',
    ],
    comesWith: 'the chart gpu-provisioner',
  },
]
