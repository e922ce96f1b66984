import { expect, test } from 'vitest'
import type { Container } from '../objects/pod.ts'
import { modelNeeds } from './model-needs.ts'

const limits = { 'nvidia.com/gpu': '2' }
const container = (script: string, resources: Container['resources'] = { limits }): Container => ({
  name: 'model',
  image: 'kaito-x',
  command: ['/bin/sh', '-c', script],
  resources,
  ports: [{ containerPort: 5000 }],
})

test.each([
  [
    'serves inference',
    'accelerate launch --num_processes=1 inference_api.py',
    { serves: 'inference', gpus: 2, port: 5000 },
  ],
  [
    'serves a distributed model',
    'cd /workspace && torchrun inference_api.py',
    { serves: 'inference', gpus: 2, port: 5000 },
  ],
  ['runs a tuning', 'accelerate launch fine_tuning.py', { serves: 'tuning', gpus: 2, port: 5000 }],
])('%s by its command', (_what, script, needs) => expect(modelNeeds(container(script))).toEqual(needs))

test.each([
  ['the launcher', container('python inference_api.py'), 'accelerate launch'],
  ['the program', container('accelerate launch'), 'inference_api.py'],
  ['a GPU', container('accelerate launch inference_api.py', {}), 'nvidia.com/gpu'],
])('misses %s', (_what, spec, named) => expect(Object(modelNeeds(spec)).missing).toContain(named))
