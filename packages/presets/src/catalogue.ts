import { FALCON } from './families/falcon.ts'
import { LLAMA_2 } from './families/llama-2.ts'
import { MISTRAL } from './families/mistral.ts'
import { PHI_2 } from './families/phi-2.ts'
import { PHI_3 } from './families/phi-3.ts'
import type { Preset } from './preset.ts'

export const PRESETS: readonly Preset[] = [...FALCON, ...LLAMA_2, ...MISTRAL, ...PHI_2, ...PHI_3]

const byName = new Map(PRESETS.map((preset) => [preset.name, preset]))

export function findPreset(name: string): Preset | undefined {
  return byName.get(name)
}

/** Names that can be asked for, sorted. */
export function presetNames(): string[] {
  return [...byName.keys()].sort()
}

/** Names of what can be tuned, sorted. */
export function tunablePresetNames(): string[] {
  return presetNames().filter((name) => findPreset(name)?.tuning)
}
