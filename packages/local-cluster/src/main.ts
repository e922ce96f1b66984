import { once } from 'node:events'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startKubelet } from './kubelet/kubelet.ts'
import type { KubeletTimings } from './kubelet/kubelet-timings.ts'
import { connectByKubeconfig } from './kubelet/remote-access.ts'
import { startLocalCluster } from './local-cluster.ts'

const USAGE = `usage:
  main.ts [--port 0] --kubeconfig PATH [--no-controllers] [--no-kubelet] [KUBELET]   serve an embedded API server
  main.ts kubelet --kubeconfig PATH [KUBELET]                         play simulated nodes of another API server
KUBELET: [--kubelet-timings JSON] [--tools-entry PATH of the tuning tools] [--tools-path FOLDER with crane]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    port: { type: 'string', default: '0' },
    kubeconfig: { type: 'string' },
    controllers: { type: 'boolean', default: true },
    kubelet: { type: 'boolean', default: true },
    'kubelet-timings': { type: 'string', default: '{}' },
    'tools-entry': { type: 'string' },
    'tools-path': { type: 'string' },
  },
})
const { kubeconfig: path, controllers, kubelet } = values
const port = Number(values.port)
const timings: Partial<KubeletTimings> = JSON.parse(values['kubelet-timings'])
const { 'tools-entry': toolsEntry, 'tools-path': toolsPath } = values
const simulation = { ...(toolsEntry && { toolsEntry }), ...(toolsPath && { toolsPath }) }
const [command, ...rest] = positionals
if (path === undefined || !Number.isInteger(port) || rest.length > 0 || (command ?? 'kubelet') !== 'kubelet') {
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}

const log = (line: string, facts: object = {}) => process.stderr.write(`${JSON.stringify({ line, ...facts })}\n`)
const ready = (facts: object) => process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`)
const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])

if (command === 'kubelet') {
  const stopping = new AbortController()
  const access = connectByKubeconfig(await readFile(path, 'utf8'))
  const { address } = await startKubelet({ ...simulation, access, signal: stopping.signal, log, timings })
  ready({ address })
  await stopped
  stopping.abort()
} else {
  const cluster = await startLocalCluster({ port, controllers, kubelet: kubelet && timings, simulation, log })
  // Renamed into place, so that whoever waits for the file never reads half of it.
  await writeFile(`${path}.new`, cluster.kubeconfig, { mode: 0o600 })
  await rename(`${path}.new`, path)
  ready({ url: cluster.url, kubeconfig: path })
  await stopped
  await cluster.stop()
}
