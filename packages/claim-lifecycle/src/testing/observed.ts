import { aMachine, aNodeClaim } from '@kaito/api/testing'
import type { Instance } from '@kaito/cloud-provider'
import type { Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { claimFault } from '../claim/claim-fault.ts'
import { NO_CLASS } from '../class/class-source.ts'
import { launchChoices } from '../launch/choices.ts'
import type { Observed } from '../lifecycle/observed.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { machineAdapter, nodeClaimAdapter, US } from './adapters.ts'

const UID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
export const NOW = Date.parse('2026-01-01T12:00:00Z')
const HELD = ['karpenter.sh/termination']

type MachineParts = Parameters<typeof aMachine>[0]
type NodeClaimParts = Parameters<typeof aNodeClaim>[0]

/**
 * A held claim and what else a pass sees: a NodeClaim where its parts are given, otherwise a Machine.
 * `instance: 'unknown'` stands for a list that failed.
 */
export function seen(
  parts: Partial<Omit<Observed, 'claim' | 'sighting'>> & {
    machine?: MachineParts
    nodeClaim?: NodeClaimParts
    instance?: Instance | 'unknown' | undefined
  } = {},
): Observed {
  const { machine, nodeClaim, instance, ...rest } = parts
  const ofKind = nodeClaim ? ofNodeClaim(nodeClaim) : ofMachine(machine)
  return {
    now: NOW,
    provisioner: US,
    ...ofKind,
    ...launchPreface(ofKind.claim),
    sighting: instance === 'unknown' ? { known: false } : { known: true, instance },
    namesake: undefined,
    deletionHeld: false,
    outage: undefined,
    listedAtMs: NOW,
    nodes: [],
    pods: undefined,
    attachedVolumes: undefined,
    endClockMs: parts.now ?? NOW,
    terminationAskedMs: 0,
    absence: { proven: false, pausedMs: 0 },
    refused: [],
    turn: 0,
    waitedMs: undefined,
    cloudPauseMs: 0,
    mayEnd: true,
    settings: DEFAULT_SETTINGS,
    ...rest,
  }
}

/** As of a claim without a class, in a cloud that knows no sizes. */
function launchPreface(claim: Claim): Pick<Observed, 'class' | 'choices' | 'fault'> {
  const choices = launchChoices(claim, {}, () => undefined)
  const fault = claimFault(claim, { spec: {}, choices, region: undefined })
  return { class: NO_CLASS, choices: choices.choices, fault }
}

type OfKind = Pick<Observed, 'claim' | 'owner' | 'closing' | 'serving'>

function ofMachine(parts: MachineParts = {}): OfKind {
  const { closing, serving, read } = machineAdapter
  const metadata = { finalizers: HELD, ...parts.metadata }
  const owner = { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Machine' }
  return { claim: read(aMachine({ ...parts, metadata })), owner, closing, serving }
}

function ofNodeClaim(parts: NodeClaimParts = {}): OfKind {
  const { closing, serving, read } = nodeClaimAdapter
  const metadata = { finalizers: HELD, ...parts.metadata }
  const owner = { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim' }
  return { claim: read(aNodeClaim({ ...parts, metadata })), owner, closing, serving }
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
