import { onTestFinished } from 'vitest'
import { createConnection } from '../connection/connection.ts'
import { createKubeClient } from '../connection/http-kube-client.ts'
import { createMetrics } from '../metrics.ts'
import { createManualClock } from './manual-clock.ts'
import { startStubApiServer } from './stub-api-server.ts'

/** A client over a real socket to a scripted server; both end with the test. */
export async function stubbedClient() {
  const server = await startStubApiServer()
  const clock = createManualClock()
  const metrics = createMetrics()
  const connection = createConnection({ kubeConfigPath: server.kubeConfigPath, userAgent: 'kit/1', clock, metrics })
  onTestFinished(async () => {
    connection.close()
    await server.stop()
  })
  return { server, client: createKubeClient(connection), clock, metrics }
}
