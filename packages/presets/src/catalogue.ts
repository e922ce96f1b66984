import { PHI_3 } from './families/phi-3.ts'
import { INSTANCE_TYPES } from './instance-types.ts'
import type { Preset } from './preset.ts'

export const PRESETS: readonly Preset[] = [...PHI_3]

const byName = new Map(PRESETS.map((preset) => [preset.name, preset]))

export function findPreset(name: string): Preset | undefined {
  return byName.get(name)
}

/** Names that can be asked for, sorted. */
export function presetNames(): string[] {
  return [...byName.keys()].sort()
}

/** Data of the ConfigMap that the admission policy reads: sorted names, one per line. */
export function catalogueConfigMap(): { presets: string; instanceTypes: string } {
  const lines = (names: string[]) => names.sort().join('\n')
  return { presets: lines(presetNames()), instanceTypes: lines(INSTANCE_TYPES.map(({ name }) => name)) }
}
