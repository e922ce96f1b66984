import { expect, test } from 'vitest'
import { trainingConfig } from './training-needs.ts'

test('reads where the results go and how the adapter is made', () => {
  const text = 'training_config:\n  LoraConfig: {r: 8}\n  TrainingArguments: {output_dir: /mnt/results}\n'
  expect(trainingConfig(text)).toEqual({ outputDir: '/mnt/results', lora: { r: 8 } })
})

test.each([
  ['YAML', 'a: [', 'no YAML'],
  ['a map', '- a', 'no training_config'],
  ['anything', '', 'no training_config'],
  ['training_config', 'other: {}', 'no training_config'],
  ['a training_config that is a map', 'training_config: text', 'no training_config'],
  ['output_dir', 'training_config: {TrainingArguments: {}}', 'no TrainingArguments.output_dir'],
  ['an output_dir that is a text', 'training_config: {TrainingArguments: {output_dir: 1}}', 'output_dir'],
])('misses %s', (_what, text, named) => expect(Object(trainingConfig(text)).missing).toContain(named))
