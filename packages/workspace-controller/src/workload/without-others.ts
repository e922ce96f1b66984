type Fields = Record<string, unknown>

/**
 * The wanted object as a merge patch (RFC 7386) that leaves nothing else of what stands: a field that is not wanted is
 * taken away, also one that the server filled in, which it then does again.
 */
export function withoutOthers(wanted: unknown, standing: unknown): unknown {
  if (!isFields(wanted) || !isFields(standing)) return wanted
  const dropped = Object.keys(standing).filter((field) => wanted[field] === undefined)
  return Object.fromEntries([
    ...Object.entries(wanted).map(([field, value]) => [field, withoutOthers(value, standing[field])]),
    ...dropped.map((field) => [field, null]),
  ])
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
