export { findPreset, presetNames } from './catalogue.ts'
export { type CatalogueAdvice, catalogueAdvice } from './catalogue-advice.ts'
export { catalogueConfigMap } from './catalogue-config-map.ts'
export { type CatalogueFault, catalogueFaults } from './catalogue-faults.ts'
export { cataloguePage } from './catalogue-page.ts'
export { findInstanceType, type InstanceType } from './instance-types.ts'
export { MODEL_PORT } from './model-image.ts'
export type { GpuRequirement, Preset } from './preset.ts'
export {
  type PresetContainer,
  type PresetContainerOptions,
  presetContainer,
  presetImage,
} from './preset-container.ts'
export { RENDEZVOUS_PORT } from './spread.ts'
export { TRAINER, type TuningContainer, type TuningContainerOptions, tuningContainer } from './tuning-container.ts'
export { type CatalogueQuestion, sizesAsked } from './workspace-demand.ts'
