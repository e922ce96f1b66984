import { join } from 'node:path'
import type { ChooseProgram, ProgramContext } from '@kaito/local-cluster'
import { z } from 'zod'
import { CONTROLLERS } from '../../deploy/images/bundle.ts'
import { jsonLine, NodeProcess } from '../harness/child-process.ts'
import type { KubeHttp } from '../harness/kube-http.ts'
import { podProcess, podSchema } from '../harness/pod-process.ts'

interface ControllerPods {
  kube: KubeHttp
  url: string
  caPem: string
  /** Takes what each Pod mounts and prints. */
  folder: string
}

const servingSchema = z.looseObject({ healthPort: z.number(), metricsPort: z.number() })

/** Runs the containers of our controllers as processes of this machine, exactly as their Pods say. */
export function playControllers(options: ControllerPods): ChooseProgram {
  return ({ name }) =>
    CONTROLLERS.some((controller) => controller === name) ? (context) => play(options, context) : undefined
}

async function play({ kube, url, caPem, folder }: ControllerPods, context: ProgramContext): Promise<number> {
  const pod = podSchema.parse(context.pod)
  const home = join(folder, `${pod.metadata.name}-${context.pod.metadata.uid}`)
  const { ports, ...start } = await podProcess({ kube, url, caPem, pod, folder: home })
  if (context.signal.aborted) return 0
  const process = new NodeProcess({
    ...start,
    name: pod.metadata.name,
    logFile: join(home, 'log'),
    onLine(line) {
      context.log(line)
      const serving = servingSchema.safeParse(jsonLine(line))
      if (!serving.success) return
      for (const { name, containerPort } of ports) {
        context.onListen(containerPort, name === 'health' ? serving.data.healthPort : serving.data.metricsPort)
      }
    },
  })
  context.signal.addEventListener('abort', () => void process.stop(), { once: true })
  const how = await process.exited
  return typeof how === 'number' ? how : 137
}
