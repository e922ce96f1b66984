export { catalogueConfigMap, findPreset, presetNames } from './catalogue.ts'
export { type FitQuestion, misfit } from './fit.ts'
export { findInstanceType, type InstanceType } from './instance-types.ts'
export type { GpuRequirement, Preset } from './preset.ts'
export {
  MODEL_PORT,
  type PresetContainer,
  type PresetContainerOptions,
  presetContainer,
  presetImage,
} from './preset-container.ts'
