import '../require-node-24.ts'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { bundleController, CONTROLLERS } from '../../deploy/images/bundle.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { karpenterEnvironment } from '../control-plane/karpenter-program.ts'
import { canFindTools, DEFAULT_VERSIONS, findTools, type Tools, ToolsMissing } from '../control-plane/tools.ts'
import { installCharts } from './charts.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Test files at a time, each with a control plane of its own. */
const WORKERS = 3
const STOPS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kubernetes: { type: 'string', default: DEFAULT_VERSIONS.kubernetes },
    etcd: { type: 'string', default: DEFAULT_VERSIONS.etcd },
    helm: { type: 'string', default: DEFAULT_VERSIONS.helm },
    'if-possible': { type: 'boolean', default: false },
  },
})
const tell = (line: string) => console.log(`e2e: ${line}`)
process.exitCode = await run()

async function run(): Promise<number> {
  if (values['if-possible'] && !(await canFindTools(values))) {
    tell(
      'left out: this machine has neither Go 1.26 nor the programs of a control plane; test/README.md says how to get them',
    )
    return 0
  }
  try {
    const tools = await findTools(values, tell)
    const karpenter = needsKarpenter() ? await karpenterEnvironment(tell) : {}
    for (const name of CONTROLLERS) await bundleController(name)
    return await onControlPlanes(tools, karpenter)
  } catch (error) {
    if (!(error instanceof ToolsMissing)) throw error
    tell(error.message)
    return 1
  }
}

/** Vitest takes files whose path contains one of the given words. */
function needsKarpenter(): boolean {
  const files = globSync('test/*/*karpenter*.test.ts', { cwd: ROOT })
  return positionals.length === 0 || files.some((file) => positionals.some((word) => file.includes(word)))
}

/** The suite on shared control planes, then what the whole run's requests say of the rights that the charts grant. */
async function onControlPlanes(tools: Tools, karpenter: Record<string, string> = {}): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'kaito-e2e-'))
  const planes: ControlPlane[] = []
  try {
    const version = await versionOf(tools)
    for (let index = 0; index < WORKERS; index += 1) {
      const begun = performance.now()
      const auditLog = join(folder, `audit-${index}.log`)
      // What the controllers fall back to on older API servers is tried as well.
      const plane = await startControlPlane(tools, { auditLog, streamingLists: index > 0 })
      planes.push(plane)
      tell(`control plane ${version} ready in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
      await installCharts(plane)
    }
    const accessFile = join(folder, 'control-planes.json')
    await writeFile(accessFile, JSON.stringify(planes), { mode: 0o600 })
    const COMPARED = isImitated(version) ? 'true' : ''
    const found = { CONTROL_PLANES: accessFile, KUBECTL: tools.kubectl, COMPARED, ...karpenter }
    const env = { CLUSTER: 'real', E2E_FOLDER: folder, ...found }
    const suite = await vitest(['--project', 'e2e', ...positionals], env)
    // What only some of the tests asked for says nothing of the rights that all need.
    const trace = positionals.length === 0 ? await vitest(['--project', 'trace'], env) : 0
    return suite || trace
  } finally {
    await Promise.all(planes.map((plane) => plane.stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

/** Such as 1.36.3. */
async function versionOf(tools: Tools): Promise<string> {
  const { stdout } = await promisify(execFile)(tools['kube-apiserver'], ['--version'])
  return /v(\d+\.\d+\.\S+)/.exec(stdout)?.[1] ?? stdout.trim()
}

/** Kubernetes changes its words from release to release: the embedded cluster is held to the one that it imitates. */
function isImitated(version: string): boolean {
  const minor = (text: string) => text.split('.').slice(0, 2).join('.')
  const { kubernetes } = DEFAULT_VERSIONS
  if (minor(version) === minor(kubernetes)) return true
  tell(`the embedded cluster imitates ${kubernetes}: its answers are not compared with those of ${version}`)
  return false
}

async function vitest(args: string[], env: Record<string, string>): Promise<number> {
  const script = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const config = join(ROOT, 'test', 'e2e', 'vitest.config.ts')
  const child = spawn(process.execPath, [script, 'run', '--config', config, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env, E2E_WORKERS: String(WORKERS) },
  })
  // Whoever stops the run still gets the control planes ended and the folders removed.
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of STOPS) process.on(signal, forward)
  const [code] = await once(child, 'exit')
  for (const signal of STOPS) process.off(signal, forward)
  return typeof code === 'number' ? code : 1
}
