const SYNTAX = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/
const NANOS = 1_000_000_000n
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }

type Notation = 'binary' | 'decimal' | 'exponent'

/** An exact amount as Kubernetes writes it (`500m`, `12Gi`), to a billionth. */
interface Quantity {
  nanos: bigint
  notation: Notation
}

export function parseQuantity(text: string): Quantity | undefined {
  const [, sign, digits = '', suffix = ''] = SYNTAX.exec(text) ?? []
  if (sign === undefined) return undefined
  const binaryPower = BINARY.indexOf(suffix)
  const isBinary = binaryPower > 0
  const notation = isBinary ? 'binary' : /^[eE][+-]?\d/.test(suffix) ? 'exponent' : 'decimal'
  const exponent = notation === 'exponent' ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0)
  if (Math.abs(exponent) > 100) return undefined
  const [whole = '', fraction = ''] = digits.split('.')
  const factor = isBinary ? 1024n ** BigInt(binaryPower) : 1n
  const scaled = BigInt(`${whole}${fraction}`) * factor * NANOS
  const nanos = shiftUp(scaled, exponent - fraction.length)
  return { nanos: sign === '-' ? -nanos : nanos, notation }
}

/** Times a power of ten; what gets lost below a billionth is rounded up. */
function shiftUp(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return (value + divisor - 1n) / divisor
}

/** The one spelling in which the API server stores an amount. */
export function canonicalQuantity({ nanos, notation }: Quantity): string {
  const positive = nanos < 0n ? -nanos : nanos
  const sign = nanos < 0n ? '-' : ''
  if (positive === 0n) return '0'
  if (notation === 'binary' && positive >= 1024n * NANOS) return `${sign}${binaryText(shiftUp(positive, -9))}`
  const powers = Object.entries(DECIMAL).toReversed()
  for (const [suffix, power] of powers) {
    const unit = 10n ** BigInt(power + 9)
    if (positive % unit !== 0n) continue
    const shown = notation === 'exponent' && power !== 0 ? `e${power}` : suffix
    return `${sign}${positive / unit}${shown}`
  }
  return `${sign}${positive}n`
}

function binaryText(value: bigint): string {
  let power = 0
  let rest = value
  while (rest % 1024n === 0n && power < BINARY.length - 1) {
    rest /= 1024n
    power += 1
  }
  return `${rest}${BINARY[power]}`
}
