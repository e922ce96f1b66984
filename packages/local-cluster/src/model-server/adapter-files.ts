import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface AdapterFacts {
  model: string
  lora: Record<string, unknown>
}

const TENSOR = 'base_model.model.simulated.lora_A.weight'

/** Writes what a tuning run leaves behind, the mark of its completion last. The weights are one zero. */
export async function writeAdapter(folder: string, { model, lora }: AdapterFacts): Promise<void> {
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: model,
    inference_mode: true,
    r: lora.r ?? 8,
    lora_alpha: lora.lora_alpha ?? 8,
    lora_dropout: lora.lora_dropout ?? 0,
  }
  await writeFile(join(folder, 'adapter_config.json'), `${JSON.stringify(config, undefined, 2)}\n`)
  await writeFile(join(folder, 'adapter_model.safetensors'), safetensors())
  await writeFile(join(folder, 'fine_tuning_completed.txt'), 'simulated\n')
}

/** The format: length of the header as 64 bits, little endian; the header as JSON; the tensors. */
function safetensors(): Buffer {
  const tensor = Buffer.alloc(4)
  const described = { dtype: 'F32', shape: [1, 1], data_offsets: [0, tensor.length] }
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt', simulated: 'true' }, [TENSOR]: described }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, tensor])
}
