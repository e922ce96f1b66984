import { posix } from 'node:path'
import type { ConfigMap } from '@kaito/controller-kit'
import { parseDocument } from 'yaml'
import type { TuningWork } from '../../workspace/order.ts'
import { oneLine } from '../useful-line.ts'
import { TRAINING_CONFIG_FILE } from './volumes.ts'

/** Settings of a tuning, found to be what its trainer can read. */
export interface TrainingConfig {
  /** Content of the file, as the user wrote it. */
  text: string
  /** Normalized absolute path of the folder that the trainer writes its result to. */
  outputDir: string
}

/** All annotations of a Pod, of which the text becomes one, may have four times as much. */
const LONGEST_BYTES = 64 * 1024
/** The settings name a value twice at most; a text that grows from a few lines to gigabytes does so by aliases. */
const MOST_ALIASES = 100
const SECTIONS = [
  'ModelConfig',
  'QuantizationConfig',
  'LoraConfig',
  'TrainingArguments',
  'DataCollator',
  'DatasetConfig',
]
/** Folders that have another use in the Pod of a tuning. */
const TAKEN_FOLDERS = ['/mnt/data', '/mnt/config', '/mnt/layer', '/mnt/docker', '/mnt/adapter']
/** What a mount path may be made of; Kubernetes itself refuses colons in one. */
const FOLDER = /^\/mnt(\/[A-Za-z0-9._-]+)+$/
const LONGEST_FOLDER = 255

type Section = Record<string, unknown>
type Sections = Partial<Record<string, Section>>

/**
 * The settings in a ConfigMap, or in one sentence what is wrong with them and what to do. `where` names the ConfigMap in
 * that sentence; undefined is one that does not exist. The layout is that of the trainer in KAITO's images.
 */
export function readTrainingConfig(
  configMap: ConfigMap | undefined,
  where: string,
  method: TuningWork['method'],
): { config: TrainingConfig; fault?: never } | { fault: string; config?: never } {
  const faulty = (what: string) => ({ fault: `${where}: ${what}` })
  if (!configMap) return faulty(`it does not exist; create it with the key ${TRAINING_CONFIG_FILE}`)
  const text = configMap.data?.[TRAINING_CONFIG_FILE]
  if (text === undefined) return faulty(`it has no key ${TRAINING_CONFIG_FILE}; put the settings under it`)
  const { sections, fault } = readSections(text)
  if (!sections) return faulty(fault)
  const misfit = quantizationFault(sections, method)
  if (misfit !== undefined) return faulty(misfit)
  const output = readOutputDir(sections)
  return output.fault === undefined ? { config: { text, outputDir: output.outputDir } } : faulty(output.fault)
}

type Read<T> = (T & { fault?: never }) | ({ [K in keyof T]?: never } & { fault: string })

function readSections(text: string): Read<{ sections: Sections }> {
  if (Buffer.byteLength(text) > LONGEST_BYTES) {
    return { fault: `${TRAINING_CONFIG_FILE} is longer than ${LONGEST_BYTES / 1024} KiB; leave out what is no setting` }
  }
  const { value, fault } = parseYaml(text)
  if (fault !== undefined) return { fault }
  const config = ownValue(value, 'training_config')
  if (!isMap(config)) {
    return { fault: `${TRAINING_CONFIG_FILE} has no map training_config at its top; put all sections under it` }
  }
  for (const [section, content] of Object.entries(config)) {
    const path = `training_config.${oneLine(section, 60)}`
    if (!SECTIONS.includes(section)) {
      return { fault: `${path} is no section that the trainer knows; write one of ${SECTIONS.join(', ')}` }
    }
    if (!isMap(content))
      return { fault: `${path} holds no settings; write them below it as "name: value", or remove it` }
  }
  return { sections: config as Sections }
}

/** Reads as PyYAML's `safe_load` of the trainer does: YAML 1.1, in which `yes` is true, one document, no tags of its own. */
function parseYaml(text: string): Read<{ value: unknown }> {
  const document = parseDocument(text, { version: '1.1', logLevel: 'error', prettyErrors: false })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) {
    // The parser's own words may hold the user's text.
    const line = text.slice(0, problem.pos[0]).split('\n').length
    return { fault: `${TRAINING_CONFIG_FILE} is not YAML at line ${line} (${problem.code}); correct it` }
  }
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) }
  } catch (error) {
    // The parser throws only this for a document without errors.
    if (!(error instanceof ReferenceError)) throw error
    return { fault: `${TRAINING_CONFIG_FILE} has too many aliases; write the values themselves` }
  }
}

/** The trainer decides by these two whether it tunes as `lora` or `qlora`; the method of the Workspace does not reach it. */
function quantizationFault(sections: Sections, method: TuningWork['method']): string | undefined {
  const path = 'training_config.QuantizationConfig'
  const four = ownValue(sections.QuantizationConfig, 'load_in_4bit') ?? false
  const eight = ownValue(sections.QuantizationConfig, 'load_in_8bit') ?? false
  for (const [field, value] of Object.entries({ load_in_4bit: four, load_in_8bit: eight })) {
    if (typeof value !== 'boolean')
      return `${path}.${field} is neither true nor false; write one of them without quotes`
  }
  if (four && eight) return `${path} has both load_in_4bit and load_in_8bit; set one of them to false`
  if (method === 'qlora') {
    return four || eight ? undefined : `${path}.load_in_4bit must be true for method qlora; set it, or tune with lora`
  }
  if (!(four || eight)) return undefined
  return `${path}.${four ? 'load_in_4bit' : 'load_in_8bit'} must be false for method lora; set it so, or tune with qlora`
}

/** The trainer has no folder of its own to fall back to: without this setting it ends before it trains. */
function readOutputDir(sections: Sections): Read<{ outputDir: string }> {
  const path = 'training_config.TrainingArguments.output_dir'
  const instead = 'write a folder of its own below /mnt, such as /mnt/results'
  const written = ownValue(sections.TrainingArguments, 'output_dir')
  if (written === undefined || written === null) return { fault: `${path} is missing; ${instead}` }
  if (typeof written !== 'string') return { fault: `${path} is no text; ${instead}` }
  const outputDir = written.replace(/\/$/, '')
  if (outputDir.length > LONGEST_FOLDER) return { fault: `${path} is longer than ${LONGEST_FOLDER}; ${instead}` }
  if (!FOLDER.test(outputDir) || posix.normalize(outputDir) !== outputDir) {
    return { fault: `${path} is no plain path below /mnt; ${instead}` }
  }
  const taken = TAKEN_FOLDERS.find((folder) => outputDir === folder || outputDir.startsWith(`${folder}/`))
  return taken === undefined ? { outputDir } : { fault: `${path} is in ${taken}, which has another use; ${instead}` }
}

function isMap(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function ownValue(map: unknown, key: string): unknown {
  return isMap(map) && Object.hasOwn(map, key) ? map[key] : undefined
}
