import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { type Adapter, foldersBelow, readAdapters } from '../../model-server/adapters.ts'
import { modelNeeds } from '../../model-server/model-needs.ts'
import { startModelServer } from '../../model-server/model-server.ts'
import { type TorchLaunch, torchLaunch } from '../../model-server/torch-launch.ts'
import { type Meeting, meet } from './model-meeting.ts'
import { imageName, type ProgramContext, TERMINATED, untilStopped } from './program.ts'

interface Inference {
  gpus: number
  port: number
  adapters: Adapter[]
  /** Of a model that several machines serve together. */
  launch: TorchLaunch | undefined
}

const ADAPTERS = '/mnt/adapter'

/** Plays a model image: checks what the real one needs, then serves its contract without a model. */
export async function playModel(context: ProgramContext): Promise<number> {
  const { container, signal, clock, timings, log, onListen } = context
  const model = imageName(container.image).replace(/^kaito-/, '')
  log(`simulated container of image ${container.image}: a stand-in for the model ${model}`)
  const needs = await inferenceNeeds(context, model)
  if ('missing' in needs) {
    log(`error: the model image cannot start: ${needs.missing}`)
    return 1
  }
  const { launch, port, ...served } = needs
  const meeting = launch && launch.nodes > 1 ? await meet(launch, context) : undefined
  const isLeader = launch === undefined || launch.rank === 0
  const isWhole = () => meeting?.isWhole() ?? true
  const server = await startModelServer({ model, ...served, isLeader, isWhole, loadMs: timings.loadMs, clock })
  onListen(port, server.port)
  log(`listening on port ${port}`)
  const failure = await Promise.race([untilStopped(signal), ...(meeting === undefined ? [] : [failureOf(meeting)])])
  server.close()
  meeting?.close()
  if (failure === undefined) return TERMINATED
  log(`error: ${failure}`)
  return 1
}

async function failureOf({ failed }: Meeting): Promise<string> {
  return (await failed).message
}

async function inferenceNeeds(context: ProgramContext, model: string): Promise<Inference | { missing: string }> {
  const { container, command, env, pod, path } = context
  const needs = modelNeeds(container, command, 'inference_api.py')
  if ('missing' in needs) return needs
  const hasSharedMemory = path('/dev/shm') !== undefined
  const launch = torchLaunch({ command, podName: pod.metadata.name, gpus: needs.gpus, hasSharedMemory }, model)
  if (launch && 'missing' in launch) return launch
  const adapters = await readAdapters({ folders: await adapterFolders(context), env })
  return 'missing' in adapters ? adapters : { ...needs, adapters, launch }
}

/** Folders in the volume of adapters, and volumes that are mounted there one by one. */
async function adapterFolders({ mounts, path }: ProgramContext): Promise<Map<string, string | undefined>> {
  const folder = mounts.find(({ at }) => at === ADAPTERS)?.host
  const below: Map<string, string | undefined> =
    folder !== undefined && existsSync(folder) ? await foldersBelow(folder) : new Map()
  for (const { at } of mounts) {
    if (posix.dirname(at) === ADAPTERS) below.set(posix.basename(at), path(at))
  }
  return below
}
