import type { NeededKind } from '@kaito/controller-kit'
import { MACHINES } from '@kaito/node-provisioner'
import { WORKSPACES } from './workspace/workspaces.ts'

/** What we read and write; anything else the served definitions may have or lack. */
export const NEEDED_KINDS: readonly NeededKind[] = [
  {
    resource: WORKSPACES,
    fields: [
      'resource.count',
      'resource.instanceType',
      'resource.instanceTypes',
      'resource.labelSelector.matchLabels',
      'resource.existingNodes',
      'resource.allOrNothing',
      'inference.preset.presetOptions.image',
      'inference.template',
      'inference.adapters.strength',
      'inference.readiness.timeoutMinutes',
      'inference.preset.name',
      'tuning.config',
      'tuning.ttlSecondsAfterFinished',
      'status.conditions.reason',
      'status.conditions.message',
      'status.state',
      'status.targetNodeCount',
      'status.observedGeneration',
      'status.workerNodes',
      'status.slots.ordinal',
      'status.slots.attempt',
      'status.slots.claimName',
      'status.slots.phase',
      'status.slots.instanceType',
      'status.slots.nodeName',
      'status.slots.retryAt',
      'status.slots.groupComplete',
      'status.slots.reason',
      'status.slots.message',
    ],
    comesWith: 'the chart workspace',
  },
  {
    resource: MACHINES,
    fields: [
      'spec.requirements.values',
      'spec.resources.requests',
      'spec.taints',
      'status.conditions.reason',
      'status.conditions.message',
      'status.nodeName',
    ],
    comesWith: 'the chart gpu-provisioner',
  },
]
