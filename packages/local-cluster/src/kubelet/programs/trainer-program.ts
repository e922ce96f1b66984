import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { pause } from '../../cluster-clock.ts'
import { writeAdapter } from '../../model-server/adapter-files.ts'
import { gpuInfo } from '../../model-server/gpu-info.ts'
import { listenOnLoopback } from '../../model-server/listen-on-loopback.ts'
import { modelNeeds } from '../../model-server/model-needs.ts'
import { dataFiles, trainingConfig } from '../../model-server/training-needs.ts'
import { imageName, type ProgramContext, TERMINATED } from './program.ts'

interface Training {
  gpus: number
  port: number
  data: string[]
  /** Folder of this machine. */
  output: string
  lora: Record<string, unknown>
}

const CONFIG_FILE = '/mnt/config/training_config.yaml'
const DATA_FOLDER = '/mnt/data'

/** Plays `fine_tuning.py`: checks all that it reads, takes its time, and writes an adapter that no model has learnt. */
export async function playTrainer(context: ProgramContext): Promise<number> {
  const { container, signal, clock, timings, log, onListen } = context
  const model = imageName(container.image).replace(/^kaito-/, '')
  log(`simulated container of image ${container.image}: a stand-in for the tuning of ${model}`)
  const needs = await trainingNeeds(context)
  if ('missing' in needs) {
    log(`error: the tuning cannot start: ${needs.missing}`)
    return 1
  }
  const server = createServer((request, response) => {
    const isKnown = request.url === '/metrics' && request.method === 'GET'
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isKnown ? gpuInfo(needs.gpus) : { detail: 'Not Found' }))
  })
  onListen(needs.port, await listenOnLoopback(server))
  log(`simulated training on ${needs.gpus} GPUs with ${needs.data.join(', ')}`)
  await pause(clock, timings.trainMs, signal)
  if (!signal.aborted) await writeAdapter(needs.output, { model, lora: needs.lora })
  server.close()
  server.closeAllConnections()
  if (signal.aborted) return TERMINATED
  log('simulated tuning has completed: the adapter is made up, nothing was trained')
  return 0
}

async function trainingNeeds(context: ProgramContext): Promise<Training | { missing: string }> {
  const { container, command, env } = context
  const model = modelNeeds(container, command, 'fine_tuning.py')
  if ('missing' in model) return model
  if (env.NUM_PROCESSES !== String(model.gpus)) {
    const is = env.NUM_PROCESSES === undefined ? 'is not set' : `is "${env.NUM_PROCESSES}"`
    return { missing: `the variable NUM_PROCESSES ${is}, but the container has ${model.gpus} GPUs` }
  }
  const config = await readConfig(context)
  if ('missing' in config) return config
  const output = context.writablePath(config.outputDir)
  if (output === undefined || !existsSync(output)) {
    return { missing: `nothing that it may write to is mounted at its output_dir ${config.outputDir}` }
  }
  const folder = context.path(DATA_FOLDER)
  const data = folder !== undefined && existsSync(folder) ? await dataFiles(folder) : []
  if (data.length === 0) return { missing: `there is no data file, or only empty ones, in ${DATA_FOLDER}` }
  return { ...model, data, output, lora: config.lora }
}

async function readConfig({ env, path }: ProgramContext): Promise<ReturnType<typeof trainingConfig>> {
  const file = env.YAML_FILE_PATH ?? CONFIG_FILE
  const found = path(file)
  if (found === undefined || !existsSync(found)) return { missing: `it has no configuration at ${file}` }
  return trainingConfig(await readFile(found, 'utf8'))
}
