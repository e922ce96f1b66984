import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { readTrainingConfig } from './training-config.ts'

const SECTIONS = {
  ModelConfig: { torch_dtype: 'bfloat16', local_files_only: true, device_map: 'auto' },
  QuantizationConfig: { load_in_4bit: false },
  LoraConfig: { r: 8, lora_alpha: 8, lora_dropout: 0 },
  TrainingArguments: { output_dir: '/mnt/results', per_device_train_batch_size: 1 },
  DataCollator: { mlm: true },
  DatasetConfig: { shuffle_dataset: true, train_test_split: 1 },
}

function read(text: string | undefined, method: 'lora' | 'qlora' = 'lora') {
  const data: Record<string, string> = text === undefined ? { other: '' } : { 'training_config.yaml': text }
  return readTrainingConfig({ metadata: { name: 'settings' }, data }, 'ConfigMap settings', method)
}

const withSections = (sections: object) => stringify({ training_config: { ...SECTIONS, ...sections } })
const withOutputDir = (written: unknown) => withSections({ TrainingArguments: { output_dir: written } })
const quantized = (content: object) => withSections({ QuantizationConfig: content })

test('settings are kept as they were written', () => {
  const text = `# mine\n${withSections({})}`
  expect(read(text)).toEqual({ config: { text, outputDir: '/mnt/results' } })
})

test.each<[what: string, text: string, method?: 'qlora']>([
  ['without a section on quantization for lora', withSections({ QuantizationConfig: {} })],
  ['of four bits for qlora', quantized({ load_in_4bit: true, bnb_4bit_quant_type: 'nf4' }), 'qlora'],
  ['of eight bits for qlora', quantized({ load_in_8bit: true }), 'qlora'],
  ['with the booleans of YAML 1.1', quantized({}).replace('{}', '\n    load_in_4bit: yes'), 'qlora'],
  [
    'with an alias',
    'training_config:\n  LoraConfig: &a {r: 8}\n  ModelConfig: *a\n  TrainingArguments: {output_dir: /mnt/results}',
  ],
])('settings %s are taken', (_what, text, method) => expect(read(text, method).fault).toBeUndefined())

test.each([
  ['/mnt/output', '/mnt/output'],
  ['/mnt/results/', '/mnt/results'],
  ['/mnt/a/b.c_d-e', '/mnt/a/b.c_d-e'],
  ['/mnt/database', '/mnt/database'],
])('the folder %s is taken as %s', (written, outputDir) => {
  expect(read(withOutputDir(written)).config?.outputDir).toBe(outputDir)
})

const OUTPUT = 'training_config.TrainingArguments.output_dir'
const INSTEAD = 'write a folder of its own below /mnt, such as /mnt/results'
const QUANTIZATION = 'training_config.QuantizationConfig'

test.each<[what: string, written: unknown, fault: string]>([
  ['missing', undefined, 'is missing'],
  ['empty', null, 'is missing'],
  ['a number', 5, 'is no text'],
  ['a list', ['/mnt/results'], 'is no text'],
  ['relative', 'results', 'is no plain path below /mnt'],
  ['/mnt itself', '/mnt', 'is no plain path below /mnt'],
  ['outside of /mnt', '/mntx/results', 'is no plain path below /mnt'],
  ['a way out of /mnt', '/mnt/../etc', 'is no plain path below /mnt'],
  ['a way around', '/mnt/./results', 'is no plain path below /mnt'],
  ['twice divided', '/mnt//results', 'is no plain path below /mnt'],
  ['with a colon', '/mnt/a:b', 'is no plain path below /mnt'],
  ['a variable', '/mnt/$(DOCKER_CONFIG)', 'is no plain path below /mnt'],
  ['of two lines', '/mnt/a\n/mnt/b', 'is no plain path below /mnt'],
  ['endless', `/mnt/${'a'.repeat(300)}`, 'is longer than 255'],
  ['where the data is', '/mnt/data', 'is in /mnt/data, which has another use'],
  ['below the settings', '/mnt/config/a', 'is in /mnt/config, which has another use'],
  ['where the layer is', '/mnt/layer/', 'is in /mnt/layer, which has another use'],
  ['where the credentials are', '/mnt/docker', 'is in /mnt/docker, which has another use'],
  ['where adapters are', '/mnt/adapter/x', 'is in /mnt/adapter, which has another use'],
])('a folder for the result that is %s is refused', (_what, written, fault) => {
  expect(read(withOutputDir(written)).fault).toBe(`ConfigMap settings: ${OUTPUT} ${fault}; ${INSTEAD}`)
})

test.each<[what: string, content: object, method: 'lora' | 'qlora', fault: string]>([
  [
    'no bits for qlora',
    { load_in_4bit: false },
    'qlora',
    '.load_in_4bit must be true for method qlora; set it, or tune with lora',
  ],
  ['nothing for qlora', {}, 'qlora', '.load_in_4bit must be true for method qlora; set it, or tune with lora'],
  [
    'four bits for lora',
    { load_in_4bit: true },
    'lora',
    '.load_in_4bit must be false for method lora; set it so, or tune with qlora',
  ],
  [
    'eight bits for lora',
    { load_in_8bit: true },
    'lora',
    '.load_in_8bit must be false for method lora; set it so, or tune with qlora',
  ],
  [
    'both',
    { load_in_4bit: true, load_in_8bit: true },
    'qlora',
    ' has both load_in_4bit and load_in_8bit; set one of them to false',
  ],
  [
    'a text as a boolean',
    { load_in_4bit: 'true' },
    'qlora',
    '.load_in_4bit is neither true nor false; write one of them without quotes',
  ],
])('quantization with %s is refused', (_what, content, method, fault) => {
  expect(read(quantized(content), method).fault).toBe(`ConfigMap settings: ${QUANTIZATION}${fault}`)
})

test.each<[what: string, text: string | undefined, fault: string]>([
  ['another key', undefined, 'it has no key training_config.yaml; put the settings under it'],
  [
    'too long',
    `${withSections({})}# ${'€'.repeat(22_000)}`,
    'training_config.yaml is longer than 64 KiB; leave out what is no setting',
  ],
  ['no YAML', 'training_config:\n  a: [', 'training_config.yaml is not YAML at line 2 (BAD_INDENT); correct it'],
  [
    'a key twice',
    'training_config: {}\ntraining_config: {}',
    'training_config.yaml is not YAML at line 2 (DUPLICATE_KEY); correct it',
  ],
  [
    'two documents',
    'training_config: {}\n---\na: 1',
    'training_config.yaml is not YAML at line 2 (MULTIPLE_DOCS); correct it',
  ],
  [
    'a tag of a language',
    'training_config: !!python/object:os.system {}',
    'training_config.yaml is not YAML at line 1 (TAG_RESOLVE_FAILED); correct it',
  ],
  [
    'a text',
    'training_config',
    'training_config.yaml has no map training_config at its top; put all sections under it',
  ],
  ['nothing', '', 'training_config.yaml has no map training_config at its top; put all sections under it'],
  [
    'a list of sections',
    'training_config: [ModelConfig]',
    'training_config.yaml has no map training_config at its top; put all sections under it',
  ],
  [
    'an empty section',
    'training_config:\n  LoraConfig:',
    'training_config.LoraConfig holds no settings; write them below it as "name: value", or remove it',
  ],
])('a ConfigMap with %s is refused', (_what, text, fault) => {
  expect(read(text).fault).toBe(`ConfigMap settings: ${fault}`)
})

test('a section that the trainer does not know is refused by its name alone', () => {
  const fault = read(`training_config:\n  "Trainer\\nType${'x'.repeat(100)}": {}`).fault ?? ''
  expect(fault).toMatch(/^ConfigMap settings: training_config\.Trainer Typex+… is no section that the trainer knows; /)
  expect(fault).toContain('ModelConfig, QuantizationConfig, LoraConfig, TrainingArguments, DataCollator, DatasetConfig')
})

test('a ConfigMap that does not exist is asked for', () => {
  const { fault } = readTrainingConfig(undefined, 'ConfigMap a in namespace b', 'lora')
  expect(fault).toBe('ConfigMap a in namespace b: it does not exist; create it with the key training_config.yaml')
})

test('a text that grows without end is refused before it does', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n < 20; n++)
    lines.push(
      `a${n}: &a${n} [${Array(9)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    )
  const { fault } = read(`${lines.join('\n')}\ntraining_config: {}`)
  expect(fault).toBe('ConfigMap settings: training_config.yaml has too many aliases; write the values themselves')
})

test.each(['__proto__', 'constructor', 'toString'])('a section named %s changes nothing else', (name) => {
  const text = `training_config:\n  "${name}": {polluted: true}`
  expect(parse(text)).toHaveProperty('training_config')
  expect(read(text).fault).toContain(`training_config.${name} is no section`)
  expect({}).not.toHaveProperty('polluted')
})
