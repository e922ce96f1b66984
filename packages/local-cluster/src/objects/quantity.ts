const FACTORS: Record<string, bigint> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': 1_000_000_000n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: 10n ** 9n * 2n ** 10n,
  Mi: 10n ** 9n * 2n ** 20n,
  Gi: 10n ** 9n * 2n ** 30n,
  Ti: 10n ** 9n * 2n ** 40n,
  Pi: 10n ** 9n * 2n ** 50n,
  Ei: 10n ** 9n * 2n ** 60n,
}

const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/

/** A Kubernetes quantity (`500m`, `2Gi`, `1e3`) in billionths, exact; what is not a quantity counts as nothing. */
export function quantity(value: unknown): bigint {
  const match = QUANTITY.exec(String(value ?? '0'))
  if (!match) return 0n
  const [, sign, whole = '', fraction = '', exponent = '0', unit = ''] = match
  const digits = BigInt(`${whole}${fraction}` || '0')
  const shift = Number(exponent) - fraction.length
  const scaled = digits * (FACTORS[unit] ?? 0n)
  const exact = shift >= 0 ? scaled * 10n ** BigInt(shift) : scaled / 10n ** BigInt(-shift)
  return sign === '-' ? -exact : exact
}
