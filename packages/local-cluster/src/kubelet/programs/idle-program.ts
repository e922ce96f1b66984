import { createServer } from 'node:http'
import { listenOnLoopback } from '../../model-server/listen-on-loopback.ts'
import type { Container } from '../../objects/pod.ts'
import { type ProgramContext, TERMINATED, untilStopped } from './program.ts'

/** Runs until it is stopped and answers on every port the container declares or is probed on. */
export async function playIdle(context: ProgramContext): Promise<number> {
  const { container, signal, log, onListen } = context
  const text = `simulated container of image ${container.image}`
  log(text)
  const servers = await Promise.all(
    portsOf(container).map(async (port) => {
      const server = createServer((_request, response) => response.end(`${text}\n`))
      onListen(port, await listenOnLoopback(server))
      return server
    }),
  )
  await untilStopped(signal)
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  return TERMINATED
}

function portsOf({ ports = [], startupProbe, readinessProbe, livenessProbe }: Container): number[] {
  const declared = ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort)
  const probed = [startupProbe, readinessProbe, livenessProbe].map(
    (probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port,
  )
  return [...new Set([...declared, ...probed.filter((port) => typeof port === 'number')])]
}
