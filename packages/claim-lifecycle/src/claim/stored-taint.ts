import type { Taint } from '@kaito/api'

/** A taint as it stands in an object. */
export interface StoredTaint {
  key: string
  value?: string | undefined
  effect: string
}

/** A taint without what Kubernetes noted on it. */
export function taintOf({ key, value, effect }: StoredTaint): Taint {
  return { key, effect, ...(value !== undefined && { value }) }
}
