const GPU_MEMORY = '16.00 GB'

/** The answer of `GET /metrics` of the model images, for GPUs that idle. */
export function gpuInfo(gpus: number): { gpu_info: object[] } {
  const list = Array.from({ length: gpus }, (_none, id) => ({
    id: `GPU-simulated-${id}`,
    name: 'simulated GPU',
    load: '0.00%',
    temperature: '30 C',
    memory: { used: '0.00 GB', total: GPU_MEMORY },
  }))
  return { gpu_info: list }
}
