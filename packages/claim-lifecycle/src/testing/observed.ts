import { aMachine } from '@kaito/api/testing'
import type { Instance } from '@kaito/cloud-provider'
import type { Node } from '@kaito/controller-kit'
import { machineAdapter } from '../claim/machine-adapter.ts'
import type { Observed } from '../lifecycle/observed.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'

const UID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
export const NOW = Date.parse('2026-01-01T12:00:00Z')
const HELD = ['karpenter.sh/termination']

type MachineParts = Parameters<typeof aMachine>[0]

/** A held claim and what else a pass sees; `instance: 'unknown'` stands for a list that failed. */
export function seen(
  parts: Partial<Omit<Observed, 'claim' | 'sighting'>> & {
    machine?: MachineParts
    instance?: Instance | 'unknown' | undefined
  } = {},
): Observed {
  const { machine, instance, ...rest } = parts
  const metadata = { finalizers: HELD, ...machine?.metadata }
  return {
    now: NOW,
    claim: machineAdapter.read(aMachine({ ...machine, metadata })),
    owner: { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine' },
    sighting: instance === 'unknown' ? { known: false } : { known: true, instance },
    listedAtMs: NOW,
    nodes: [],
    pods: undefined,
    absence: { proven: false, pausedMs: 0 },
    refused: [],
    cloudPauseMs: 0,
    mayEnd: true,
    settings: DEFAULT_SETTINGS,
    ...rest,
  }
}

/** The Node of `anInstance()`, as it joins. */
export function aNode(metadata: Partial<Node['metadata']> = {}, parts: Partial<Node> = {}): Node {
  const labels = { 'kaito.sh/claim-uid': UID, 'fake-cloud/instance': 'ws0123456ab' }
  return {
    metadata: { name: 'node-1', uid: 'node-uid', resourceVersion: '1', labels, ...metadata },
    spec: { providerID: 'fake:///1', taints: [] },
    status: {
      capacity: { 'nvidia.com/gpu': '1' },
      allocatable: { 'nvidia.com/gpu': '1' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
    ...parts,
  }
}

/** A Node that takes no new pods and is held by our finalizer. */
export function aClosedNode(metadata: Partial<Node['metadata']> = {}): Node {
  const labels = {
    'kaito.sh/claim-uid': UID,
    'fake-cloud/instance': 'ws0123456ab',
    'node.kubernetes.io/exclude-from-external-load-balancers': 'karpenter',
  }
  const spec = { providerID: 'fake:///1', unschedulable: true }
  return aNode({ finalizers: HELD, labels, ...metadata }, { spec })
}

/** A closed Node whose object has been deleted. */
export function aLeavingNode(deletionTimestamp = '2026-01-01T11:59:50Z'): Node {
  return aClosedNode({ deletionTimestamp })
}
