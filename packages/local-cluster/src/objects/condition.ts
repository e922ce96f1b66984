export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastUpdateTime?: string
  lastHeartbeatTime?: string
}

/** The conditions with `wanted` in them; the time of its last transition stays while its status does. */
export function withCondition(conditions: Condition[], wanted: Condition, now: string): Condition[] {
  const before = conditions.find(({ type }) => type === wanted.type)
  const since = before?.status === wanted.status ? (before.lastTransitionTime ?? now) : now
  const after: Condition = { ...wanted, lastTransitionTime: since }
  return before === undefined ? [...conditions, after] : conditions.map((each) => (each === before ? after : each))
}
