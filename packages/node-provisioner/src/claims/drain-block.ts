import type { Claim } from './claim.ts'

/** What keeps the node of a deleted claim from being emptied, in the claim's words. */
export function drainBlock({ metadata, status }: Claim): { reason: 'DrainBlocked'; message: string } | undefined {
  const blocked = status?.conditions?.find(({ reason }) => reason === 'DrainBlocked')
  return blocked && { reason: 'DrainBlocked', message: `${metadata.name}: ${blocked.message ?? ''}` }
}
