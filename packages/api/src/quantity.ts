import { z } from 'zod'

/** A Kubernetes quantity as it stands in JSON: `"50Gi"`, `"500m"`, or a plain integer. */
export const quantitySchema = z.union([z.int(), z.string()]).meta({
  'x-kubernetes-int-or-string': true,
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
})

export type Quantity = string | number

const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/**
 * Value of a quantity in its base unit (bytes, cores, pieces). Precise up to 2^53, which covers disks, memory and GPUs.
 *
 * @throws RangeError for text that is no quantity.
 */
export function quantityValue(quantity: Quantity): number {
  if (typeof quantity === 'number') return quantity
  const match = /^([+-]?[0-9.]+)(?:[eE]([+-]?[0-9]+)|([KMGTPE]i|[numkMGTPE])?)$/.exec(quantity)
  const factor = match?.[2] === undefined ? FACTORS[match?.[3] ?? ''] : 10 ** Number(match[2])
  const value = Number(match?.[1]) * (factor ?? Number.NaN)
  if (Number.isNaN(value)) throw new RangeError(`"${quantity}" is not a Kubernetes quantity`)
  return value
}
