import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { parse } from 'yaml'

/** What a tuning run reads from its configuration. */
interface TrainingConfig {
  outputDir: string
  lora: Record<string, unknown>
}

/** Endings of files that the trainer takes for data. */
const DATA_EXTENSIONS = new Set(['.csv', '.json', '.jsonl', '.parquet', '.arrow', '.tar'])

/** Reads the text of `training_config.yaml` as the trainer does, or says what it lacks. */
export function trainingConfig(text: string): TrainingConfig | { missing: string } {
  const root = parsed(text)
  if (root instanceof Error) return { missing: `its configuration is no YAML: ${root.message.split('\n')[0]}` }
  const config = fields(root)?.training_config
  if (fields(config) === undefined) return { missing: 'its configuration has no training_config' }
  const outputDir = fields(fields(config)?.TrainingArguments)?.output_dir
  if (typeof outputDir !== 'string' || outputDir === '') {
    return { missing: 'its configuration has no TrainingArguments.output_dir' }
  }
  return { outputDir, lora: fields(fields(config)?.LoraConfig) ?? {} }
}

function parsed(text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

function fields(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

/** Names of the data files below a folder; what is empty is none. */
export async function dataFiles(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !DATA_EXTENSIONS.has(extname(entry.name).toLowerCase())) continue
    if ((await stat(path)).size > 0) found.push(entry.name)
  }
  return found.sort()
}
