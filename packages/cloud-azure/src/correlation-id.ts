import { createHash } from 'node:crypto'

/**
 * The correlation id of everything written for one launch of a claim: the same after a restart, so that all of it is
 * found together in Azure's activity log. A UUID of version 8 (RFC 9562), made from a digest.
 */
export function correlationId(claimUid: string, launch: number): string {
  const bytes = createHash('sha256').update(`${claimUid}/${launch}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
