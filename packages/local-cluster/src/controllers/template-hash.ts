import type { PodTemplate } from '../objects/pod.ts'

/** Letters and digits that cannot form words, as Kubernetes uses in generated names. */
export const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, sorted(child)]),
  )
}

/** Short name-safe hash of any JSON value; the order of keys does not matter. */
export function shortHash(value: unknown): string {
  let hash = FNV_OFFSET
  for (const byte of Buffer.from(JSON.stringify(sorted(value)))) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0
  return [...String(hash)].map((digit) => SAFE_ALPHABET[Number(digit)]).join('')
}

/** Two templates are one when they differ in nothing but this label, which the hash itself adds. */
export function sameTemplate(a: PodTemplate, b: PodTemplate, hashLabel: string): boolean {
  return JSON.stringify(sorted(withoutLabel(a, hashLabel))) === JSON.stringify(sorted(withoutLabel(b, hashLabel)))
}

function withoutLabel(template: PodTemplate, label: string): PodTemplate {
  const { [label]: _dropped, ...labels } = template.metadata?.labels ?? {}
  return { ...template, metadata: { ...template.metadata, labels } }
}
