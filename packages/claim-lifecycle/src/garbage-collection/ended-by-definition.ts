import type { Claim } from '../claim/claim.ts'

/**
 * The claims that end only because the definition of their kind was deleted, when they are more than `share` of all and
 * more than one; empty otherwise. `definitionDeletedAt` is the server's time, RFC 3339; undefined while it stays.
 */
export function endedByDefinition(
  claims: readonly Claim[],
  { definitionDeletedAt, share }: { definitionDeletedAt: string | undefined; share: number },
): Claim[] {
  if (definitionDeletedAt === undefined) return []
  const since = Date.parse(definitionDeletedAt)
  // What somebody had deleted before that goes as it was asked for.
  const swept = claims.filter(
    ({ held, deletedAt }) => held && deletedAt !== undefined && Date.parse(deletedAt) >= since,
  )
  return isMany(swept.length, claims, share) ? swept : []
}

/** Whether so many claims end at once that it is worth asking why. */
export function manyAreEnding(claims: readonly Claim[], share: number): boolean {
  return isMany(claims.filter(({ held, deletedAt }) => held && deletedAt !== undefined).length, claims, share)
}

function isMany(count: number, claims: readonly Claim[], share: number): boolean {
  return count > Math.max(1, Math.floor(claims.length * share))
}
