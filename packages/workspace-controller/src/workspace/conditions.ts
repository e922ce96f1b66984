import { WORKSPACE_CONDITIONS, type Workspace } from '@kaito/api'
import type { Telling } from './telling.ts'

/** A condition without its time, which whoever writes it knows. */
export interface ConditionState {
  type: string
  status: 'True' | 'False'
  reason: string
  message: string
}

/** KAITO's names of the condition that says how far the claims are, by the name of who makes them. */
export const CLAIMS_CONDITIONS: Partial<Record<string, string>> = {
  machine: WORKSPACE_CONDITIONS.machineReady,
  nodeclaim: WORKSPACE_CONDITIONS.nodeClaimReady,
  nodepool: WORKSPACE_CONDITIONS.nodeClaimReady,
}

interface Tellings {
  /** Undefined leaves what was told of the nodes. */
  resource?: Telling | undefined
  workload: Telling
  /** Whether all is as asked: of a tuning, whether its result is there. */
  whole: Telling
  /** Undefined leaves what was told of the claims. */
  claims?: Telling | undefined
  /** Undefined when nodes come without claims. */
  claimsCondition?: string | undefined
}

/** All conditions of a Workspace, each made here and nowhere else. */
export function conditionStates(workspace: Workspace, tellings: Tellings): ConditionState[] {
  const { resource, workload, whole, claims, claimsCondition } = tellings
  const { resourceReady, workspaceReady, workspaceSucceeded } = WORKSPACE_CONDITIONS
  return [
    ...(claims && claimsCondition !== undefined ? [condition(claimsCondition, claims)] : []),
    ...(resource ? [condition(resourceReady, resource)] : []),
    condition(workloadCondition(workspace), workload),
    condition(workspaceReady, whole),
    condition(workspaceSucceeded, whole),
  ]
}

export function workloadCondition({ tuning }: Workspace): string {
  return tuning ? WORKSPACE_CONDITIONS.jobStarted : WORKSPACE_CONDITIONS.inferenceReady
}

/** Conditions that belong to another form of Workspace or another way to get nodes: an earlier version may have left them. */
export function outdatedConditions(workspace: Workspace, claimsCondition: string | undefined): string[] {
  const { inferenceReady, jobStarted } = WORKSPACE_CONDITIONS
  const possible = [...new Set([inferenceReady, jobStarted, ...Object.values(CLAIMS_CONDITIONS)])]
  const used = [workloadCondition(workspace), claimsCondition]
  return possible.flatMap((type) => (type === undefined || used.includes(type) ? [] : [type]))
}

function condition(type: string, { isTrue, reason, message }: Telling): ConditionState {
  return { type, status: isTrue ? 'True' : 'False', reason, message }
}
