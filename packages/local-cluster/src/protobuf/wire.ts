/** One field of a protobuf message as it is on the wire. */
export interface WireField {
  number: number
  /** Of a varint or a fixed number; zero for a length-delimited field. */
  value: bigint
  /** Of a length-delimited field; empty for the others. */
  bytes: Buffer
}

/** Splits a message into its fields; throws `RangeError` when it is cut short. */
export function wireFields(message: Buffer): WireField[] {
  const fields: WireField[] = []
  let offset = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(offset)
      offset += 1
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const take = (length: number): Buffer => {
    if (offset + length > message.length) throw new RangeError('the message is cut short')
    offset += length
    return message.subarray(offset - length, offset)
  }
  while (offset < message.length) {
    const tag = varint()
    const number = Number(tag >> 3n)
    const type = Number(tag & 7n)
    if (type === 0) fields.push({ number, value: varint(), bytes: EMPTY })
    else if (type === 1) fields.push({ number, value: take(8).readBigUInt64LE(), bytes: EMPTY })
    else if (type === 2) fields.push({ number, value: 0n, bytes: take(Number(varint())) })
    else if (type === 5) fields.push({ number, value: BigInt(take(4).readUInt32LE()), bytes: EMPTY })
    else throw new RangeError(`wire type ${type} is not known`)
  }
  return fields
}

const EMPTY = Buffer.alloc(0)
