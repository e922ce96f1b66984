import { expect, test } from 'vitest'
import type { Container } from '../objects/pod.ts'
import { modelNeeds } from './model-needs.ts'

const limits = { 'nvidia.com/gpu': '2' }
const container = (resources: Container['resources'] = { limits }): Container => ({
  name: 'model',
  image: 'kaito-x',
  resources,
  ports: [{ containerPort: 5001 }],
})
const sh = (script: string) => ['/bin/sh', '-c', script]

test.each([
  ['inference', sh('accelerate launch --num_processes=1 inference_api.py')],
  ['a model on several GPUs', ['torchrun', '--nnodes=1', 'inference_api.py']],
])('has what it needs for %s', (_what, command) =>
  expect(modelNeeds(container(), command, 'inference_api.py')).toEqual({ gpus: 2, port: 5001 }),
)

test.each([
  ['the launcher', container(), sh('python inference_api.py'), 'accelerate launch'],
  ['the program', container(), sh('accelerate launch'), 'inference_api.py'],
  ['a GPU', container({}), sh('accelerate launch inference_api.py'), 'nvidia.com/gpu'],
])('misses %s', (_what, spec, command, named) =>
  expect(Object(modelNeeds(spec, command, 'inference_api.py')).missing).toContain(named),
)
