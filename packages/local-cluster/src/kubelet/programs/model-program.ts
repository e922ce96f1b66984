import { pause } from '../../cluster-clock.ts'
import { modelNeeds } from '../../model-server/model-needs.ts'
import { startModelServer } from '../../model-server/model-server.ts'
import { imageName, type ProgramContext, TERMINATED, untilStopped } from './program.ts'

/** Plays a model image: the stand-in server, or the stand-in for a tuning run that ends by itself. */
export async function playModel(context: ProgramContext): Promise<number> {
  const { container, signal, clock, timings, log, onListen } = context
  const model = imageName(container.image).replace(/^kaito-/, '')
  const needs = modelNeeds(container)
  log(`simulated container of image ${container.image}: a stand-in for the model ${model}`)
  if ('missing' in needs) {
    log(`error: the model image cannot start: ${needs.missing}`)
    return 1
  }
  if (needs.serves === 'tuning') {
    await pause(clock, timings.loadMs, signal)
    log('simulated tuning has completed')
    return signal.aborted ? TERMINATED : 0
  }
  const server = await startModelServer({ model, gpus: needs.gpus, loadMs: timings.loadMs, clock })
  onListen(needs.port, server.port)
  log(`listening on port ${needs.port}`)
  await untilStopped(signal)
  server.close()
  return TERMINATED
}
