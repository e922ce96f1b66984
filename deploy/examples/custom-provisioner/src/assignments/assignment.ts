import { z } from 'zod'

const taintSchema = z.object({
  key: z.string(),
  value: z.string().optional(),
  effect: z.string(),
})

/** What of a Node is put back when its host is free again. */
const nodeBeforeSchema = z.object({
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  spec: z.record(z.string(), z.unknown()).default({}),
})

const assignmentSchema = z.object({
  /** Name of the instance that the host is. */
  instance: z.string().min(1),
  /** Absent for a host that people hold back: `{"instance": "maintenance"}`. */
  claimUid: z.string().optional(),
  launch: z.int().optional(),
  claimCreatedAt: z.string().optional(),
  instanceType: z.string().default(''),
  capacityType: z.enum(['on-demand', 'spot']).default('on-demand'),
  /** What the Node gets while the host is claimed. */
  labels: z.record(z.string(), z.string()).default({}),
  taints: z.array(taintSchema).default([]),
  /**
   * - `claimed`: nothing was done to the Node yet, which may not be there.
   * - `joined`: the Node is the claim's, or about to be, and `before` says what it was.
   * - `ending`: given up; the Node ends and comes back as it was.
   */
  phase: z.enum(['claimed', 'joined', 'ending']).default('joined'),
  before: nodeBeforeSchema.optional(),
  /** When the end began, wall clock milliseconds. */
  endingAtMs: z.number().optional(),
})

/** Which claim has a host, and how far that is. Kept for as long as the host is not free. */
export type Assignment = z.infer<typeof assignmentSchema>
export type NodeBefore = z.infer<typeof nodeBeforeSchema>
/** By name of the host. */
export type Assignments = ReadonlyMap<string, Assignment>

/** @throws Error that names the host whose entry cannot be read: nothing may be concluded from the rest alone. */
export function readAssignments(data: Record<string, string> = {}): Assignments {
  return new Map(Object.entries(data).map(([host, text]) => [host, readAssignment(host, text)]))
}

function readAssignment(host: string, text: string): Assignment {
  try {
    return assignmentSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`the assignment of host ${host} cannot be read: correct or remove the entry`, { cause })
  }
}

/** The entry of a host, as it is stored. */
export function assignmentText(assignment: Assignment): string {
  return JSON.stringify(assignment)
}
