/** What a safetensors file without tensors is: the length of its header in eight bytes, then the header. */
const NO_TENSORS = Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d])

/** The content of an adapter's image, as a model server looks for it. */
export function adapterFiles(): Record<string, string | Buffer> {
  return {
    'data/adapter_config.json': JSON.stringify({ peft_type: 'LORA', r: 8 }),
    'data/adapter_model.safetensors': NO_TENSORS,
  }
}

/** Of a model's image: the programs that its container starts. */
export function modelFiles(): Record<string, string> {
  return { 'bin/sh': 'a made-up sh\n', 'bin/torchrun': 'a made-up torchrun\n' }
}
