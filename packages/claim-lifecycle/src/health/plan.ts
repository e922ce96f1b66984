import type { Node } from '@kaito/controller-kit'
import type { Claim } from '../claim/claim.ts'
import { symptoms } from './symptoms.ts'

/** One claim whose node was usable once, with what a pass sees of it. */
export interface Patient {
  /** Such as `Machine`. */
  kind: string
  claim: Claim
  /** Undefined while it has none: upgrades and repairs take Nodes away and bring them back. */
  node: Node | undefined
  /** The cloud leaves its instance in peace; otherwise nothing the Node says counts. */
  isAtRest: boolean
  /** How long its class lets it be unhealthy before the claim is deleted; undefined is forever. */
  repairAfterMs: number | undefined
  /** What its condition says already: undefined when nothing was ever wrong. */
  told: { healthy: boolean; reason: string | undefined } | undefined
}

export interface Ward {
  /** Monotonic milliseconds. */
  monotonic: number
  patients: readonly Patient[]
  /** Deletions that nobody asked for are allowed: cloud and cluster have been well for long enough. */
  mayRepair: boolean
  /** Repairs under way. */
  repairing: number
}

export interface HealthRules {
  /** How long a node must be unhealthy, or well again, before it is told. */
  settleMs: number
  /** No repair comes sooner: the cloud repairs nodes by itself in that time. */
  leastRepairMs: number
  /** Beyond this share of all nodes, and beyond one, the cause lies elsewhere and no repair helps. */
  unhealthyShare: number
}

interface History {
  reason: string | undefined
  /** Since when that reason, or health, without a break. */
  reasonSince: number
  /** Since when unhealthy without a break, whatever the reasons. */
  sickSince: number
  /** The same, but not from before a repair would have been allowed. */
  repairClock: number
}

/** By UID of the claim. */
export type Histories = ReadonlyMap<string, History>

export interface HealthReport {
  patient: Patient
  healthy: boolean
  /** Of an unhealthy node. */
  reason: string
  message: string
}

export interface Diagnosis {
  histories: Histories
  /** What is news: nothing for a state that is told already. */
  reports: HealthReport[]
  /** The one whose claim is to be deleted now. */
  repair: Patient | undefined
  /** Those that are due and must wait, with the reason. */
  blocked: { patient: Patient; why: string }[]
  unhealthy: Patient[]
}

/** Who is unhealthy, what of that is news, and whose claim is to be deleted. */
export function plan(ward: Ward, earlier: Histories, rules: HealthRules): Diagnosis {
  const histories: Histories = new Map(ward.patients.flatMap((patient) => historyOf(patient, ward, earlier)))
  const isSick = ({ claim }: Patient) => histories.get(claim.uid)?.reason !== undefined
  const unhealthy = ward.patients.filter(isSick)
  const due = ward.patients.filter((patient) => isDue(patient, histories.get(patient.claim.uid), { ward, rules }))
  const obstacle = due.length > 0 ? obstacleTo(ward, unhealthy.length, rules) : undefined
  const repair = obstacle === undefined ? longestSick(due, histories) : undefined
  const waiting = due.filter((patient) => patient !== repair)
  return {
    histories,
    reports: ward.patients.flatMap((patient) => news(patient, histories.get(patient.claim.uid), { ward, rules }) ?? []),
    repair,
    blocked: waiting.map((patient) => ({ patient, why: obstacle ?? 'another node is repaired first' })),
    unhealthy,
  }
}

/** Forgotten where nothing can be told: what comes afterwards starts anew. */
function historyOf(patient: Patient, { monotonic, mayRepair }: Ward, earlier: Histories): [string, History][] {
  const { claim, node, isAtRest } = patient
  if (!isAtRest || !node) return []
  const before = earlier.get(claim.uid)
  const reason = symptoms(claim, node)[0]?.reason
  const sickSince = before?.reason === undefined ? monotonic : before.sickSince
  const repairClock = before?.reason === undefined || !mayRepair ? monotonic : before.repairClock
  const reasonSince = before && before.reason === reason ? before.reasonSince : monotonic
  return [[claim.uid, { reason, reasonSince, sickSince, repairClock }]]
}

interface Frame {
  ward: Ward
  rules: HealthRules
}

function news(patient: Patient, history: History | undefined, { ward, rules }: Frame): HealthReport | undefined {
  const { claim, node, told } = patient
  if (!history || !node) return undefined
  const lasted = (since: number) => ward.monotonic - since >= rules.settleMs
  const wasUnhealthy = told?.healthy === false
  if (history.reason === undefined) {
    if (!wasUnhealthy || !lasted(history.reasonSince)) return undefined
    return { patient, healthy: true, reason: 'NodeHealthy', message: 'the node is healthy again' }
  }
  if (wasUnhealthy && told.reason === history.reason) return undefined
  if (!lasted(wasUnhealthy ? history.reasonSince : history.sickSince)) return undefined
  const all = symptoms(claim, node).map(({ reason, message }) => `${reason} (${message})`)
  return { patient, healthy: false, reason: history.reason, message: `node ${node.metadata.name}: ${all.join(', ')}` }
}

function isDue({ repairAfterMs }: Patient, history: History | undefined, { ward, rules }: Frame): boolean {
  if (repairAfterMs === undefined || history?.reason === undefined || !ward.mayRepair) return false
  return ward.monotonic - history.repairClock >= Math.max(repairAfterMs, rules.leastRepairMs)
}

function obstacleTo({ repairing, patients }: Ward, unhealthy: number, rules: HealthRules): string | undefined {
  if (repairing > 0) return 'another repair is under way'
  const nodes = patients.filter(({ node }) => node).length
  const most = Math.max(1, Math.floor(nodes * rules.unhealthyShare))
  return unhealthy > most ? `${unhealthy} of ${nodes} nodes are unhealthy at once` : undefined
}

function longestSick(due: readonly Patient[], histories: Histories): Patient | undefined {
  const since = ({ claim }: Patient) => histories.get(claim.uid)?.repairClock ?? 0
  return due.toSorted((a, b) => since(a) - since(b))[0]
}
