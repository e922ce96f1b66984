import type { Taint } from '@kaito/api'
import { type Adoption, CloudError, type CloudProvider, type Instance, type InstanceSpec } from '@kaito/cloud-provider'
import type { Cache, Node } from '@kaito/controller-kit'
import type { Assignment, Assignments } from './assignments/assignment.ts'
import type { AssignmentChange, AssignmentStore } from './assignments/assignment-store.ts'
import { asCloudAnswer } from './cloud-answer.ts'
import { chooseHost } from './hosts/choose-host.ts'
import { INSTANCE_LABEL } from './hosts/host-labels.ts'
import type { Host } from './inventory/host.ts'
import type { Inventory } from './inventory/inventory.ts'
import type { InventorySource } from './inventory/inventory-source.ts'

interface Options {
  inventory: InventorySource
  store: AssignmentStore
  nodes: Pick<Cache<Node>, 'get'>
  clock: { now(): number }
  /** Hears that an assignment was written; what follows from it is done elsewhere. */
  onAssigned: () => void
}

/** SEAM 2 over machines that are there: a launch claims a free host, a termination gives it back. */
export function createInventoryCloud(options: Options): CloudProvider {
  const { inventory, store, onAssigned } = options

  async function change(decide: (assignments: Assignments) => AssignmentChange | undefined, signal: AbortSignal) {
    await store.change(decide, signal)
    onAssigned()
  }

  return {
    name: 'inventory',
    get: (name, { signal }) =>
      asCloudAnswer(async () => {
        const found = hostOf(await store.read(signal), name)
        return found && instanceOf(found.assignment)
      }, signal),
    list: ({ signal }) =>
      asCloudAnswer(async () => {
        // For what it tells of faults and sizes, before somebody asks for a host.
        await inventory.read(signal)
        return [...(await store.read(signal)).values()].map(instanceOf)
      }, signal),
    launch: (spec, { signal }) =>
      asCloudAnswer(async () => {
        refuseSettings(spec)
        const known = await inventory.read(signal)
        await change((assignments) => launched(spec, { ...options, known, assignments }), signal)
      }, signal),
    terminate: (instance, { signal }) =>
      asCloudAnswer(() => change((assignments) => ended(instance, assignments, options.clock.now()), signal), signal),
    adopt: (adoption, { signal }) => asCloudAnswer(async () => adopted(adoption, await store.read(signal)), signal),
    health: ({ signal }) =>
      asCloudAnswer(async () => {
        await store.read(signal)
        return { state: 'Running' }
      }, signal),
    gpusOf: inventory.gpusOf,
  }
}

function hostOf(assignments: Assignments, instance: string): { host: string; assignment: Assignment } | undefined {
  const found = [...assignments].find(([, assignment]) => assignment.instance === instance)
  return found && { host: found[0], assignment: found[1] }
}

const STATES: Record<Assignment['phase'], Instance['state']> = {
  claimed: 'Creating',
  joined: 'Running',
  ending: 'Deleting',
}

function instanceOf(assignment: Assignment): Instance {
  const { instance: name, claimUid, launch, instanceType, capacityType, claimCreatedAt, phase } = assignment
  return {
    name,
    claimUid,
    madeByKaito: false,
    launch,
    state: STATES[phase],
    failure: undefined,
    instanceType,
    capacityType,
    nodeSelector: { [INSTANCE_LABEL]: name },
    claimCreatedAt,
  }
}

/** A host has the system that it has. */
function refuseSettings({ class: settings }: InstanceSpec): void {
  const asked = Object.keys(settings)
  if (asked.length === 0) return
  throw new CloudError('InvalidRequest', `hosts of an inventory cannot be had with ${asked.join(', ')}`, {
    remedy: 'Leave these settings out of class and claim',
  })
}

interface Situation extends Pick<Options, 'nodes'> {
  known: Inventory | undefined
  assignments: Assignments
}

function launched(spec: InstanceSpec, { known, assignments, nodes }: Situation): AssignmentChange | undefined {
  const existing = hostOf(assignments, spec.name)?.assignment
  if (existing) return refuseUnlessOurs(existing, spec)
  if (!known) throw new CloudError('SkuNotAvailable', 'there is no inventory', { remedy: 'Create its ConfigMap' })
  const host = chooseHost(spec, { inventory: known, assignments, nodeOf: (name) => nodes.get(name) })
  return { [host.name]: assignmentOf(spec, host) }
}

function refuseUnlessOurs({ claimUid, phase, instance }: Assignment, spec: InstanceSpec): undefined {
  if (claimUid !== spec.claimUid) throw foreign(instance)
  if (phase === 'ending') throw new CloudError('ClusterBusy', `${instance} is still being given back`)
}

function assignmentOf(spec: InstanceSpec, host: Host): Assignment {
  const { name: instance, claimUid, launch, claimCreatedAt, capacityType, labels } = spec
  const taints: Taint[] = spec.taints.map(({ key, value, effect }) => ({ key, effect, ...(value && { value }) }))
  const { instanceType, zone } = host
  const zoneLabel = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }
  return {
    instance,
    claimUid,
    launch,
    claimCreatedAt,
    instanceType,
    capacityType,
    labels: { ...host.labels, ...zoneLabel, 'node.kubernetes.io/instance-type': instanceType, ...labels },
    taints,
    phase: 'claimed',
  }
}

function ended(
  { name, claimUid, launch = Number.POSITIVE_INFINITY }: Parameters<CloudProvider['terminate']>[0],
  assignments: Assignments,
  now: number,
): AssignmentChange | undefined {
  const found = hostOf(assignments, name)
  if (!found) return undefined
  const { host, assignment } = found
  if (assignment.claimUid !== claimUid) throw foreign(name)
  if ((assignment.launch ?? 0) > launch) throw new CloudError('ClusterBusy', `${name} was made by a later launch`)
  return assignment.phase === 'ending' ? undefined : { [host]: { ...assignment, phase: 'ending', endingAtMs: now } }
}

/** KAITO's own provisioner never had a host: whatever is brought as a proof, there is nothing to take over. */
function adopted({ name, claimUid }: Adoption, assignments: Assignments): void {
  const found = hostOf(assignments, name)
  if (!found) throw new CloudError('ClusterBusy', `${name} is not there`)
  if (found.assignment.claimUid !== claimUid) throw foreign(name)
}

const foreign = (name: string) => new CloudError('NameConflict', `${name} is a host for somebody else`)
