import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../control-plane/free-ports.ts'
import { karpenterOfRun } from '../control-plane/karpenter-program.ts'
import { SupervisedProgram } from '../control-plane/supervised-program.ts'
import { INSTANCE_TYPES, type InstanceType, instanceTypesFile } from './karpenter-instance-types.ts'
import type { KubeHttp } from './kube-http.ts'
import { createManifest, parseManifests } from './manifests.ts'
import { until } from './until.ts'

interface KarpenterOptions {
  kube: KubeHttp
  kubeconfigPath: string
  /** Takes its log and its list of machines. */
  folder: string
  /** What its cloud offers. */
  instanceTypes?: InstanceType[]
  /** How long after its launch a Node appears, such as `2s`; at once by default. */
  nodeRegistrationDelay?: string
}

interface Karpenter extends AsyncDisposable {
  /** What claims and NodePools name for a machine of its cloud. */
  nodeClassRef: { group: string; kind: string; name: string }
  /** What it printed last, for messages about its failure. */
  tail(): Promise<string>
  /** Ends it as a power cut would; what it made stays. */
  stop(): Promise<void>
}

const NODE_CLASS = { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass', name: 'default' }
const VERSION = 'v1alpha1'
const SERVED = [
  '/apis/karpenter.sh/v1/nodeclaims',
  '/apis/karpenter.sh/v1/nodepools',
  `/apis/${NODE_CLASS.group}/${VERSION}/kwoknodeclasses`,
]

/**
 * Starts Karpenter's core with its KWOK provider on a real control plane: definitions that are missing there (those that
 * are there stay), a node class and the process. Its Nodes are played by the simulated kubelet of the test bed.
 */
export async function startKarpenter(options: KarpenterOptions): Promise<Karpenter> {
  const { kube, kubeconfigPath, folder, instanceTypes = INSTANCE_TYPES, nodeRegistrationDelay } = options
  const { path, definitions } = karpenterOfRun()
  await installDefinitions(kube, definitions)
  await installNodeClass(kube, nodeRegistrationDelay)
  const file = join(folder, 'instance-types.json')
  await writeFile(file, instanceTypesFile(instanceTypes))
  const [metricsPort = 0, probePort = 0] = await freePorts(2)
  const program = new SupervisedProgram({
    path,
    args: [],
    env: {
      KUBECONFIG: kubeconfigPath,
      INSTANCE_TYPES_FILE_PATH: file,
      FEATURE_GATES: 'NodeRepair=true,StaticCapacity=true',
      DISABLE_LEADER_ELECTION: 'true',
      METRICS_PORT: String(metricsPort),
      HEALTH_PROBE_PORT: String(probePort),
    },
    logFile: join(folder, 'karpenter.log'),
  })
  try {
    await until('Karpenter is ready', () => isReady(program, probePort), { withinMs: 60_000, everyMs: 100 })
  } catch (error) {
    await program.stop()
    throw error
  }
  const stop = () => program.stop()
  return { nodeClassRef: NODE_CLASS, tail: () => program.tail(), stop, [Symbol.asyncDispose]: stop }
}

async function installDefinitions(kube: KubeHttp, files: string[]): Promise<void> {
  for (const file of files) {
    for (const manifest of parseManifests(await readFile(file, 'utf8'))) {
      const { status, text } = await createManifest(kube, manifest)
      if (status !== 201 && status !== 409) throw new Error(`${manifest.metadata.name} was refused: ${text}`)
    }
  }
  for (const path of SERVED) await until(`${path} is served`, async () => (await kube.ask(path)).status === 200)
}

/** A second Karpenter on the same cluster finds the class of the first. */
async function installNodeClass(kube: KubeHttp, nodeRegistrationDelay: string | undefined): Promise<void> {
  const { path, status, text } = await createManifest(kube, {
    apiVersion: `${NODE_CLASS.group}/${VERSION}`,
    kind: NODE_CLASS.kind,
    metadata: { name: NODE_CLASS.name },
    spec: nodeRegistrationDelay === undefined ? {} : { nodeRegistrationDelay },
  })
  if (status === 201) return
  const spec = { nodeRegistrationDelay: nodeRegistrationDelay ?? null }
  const changed = status === 409 ? await kube.mergePatch(path, { spec }) : { status, text }
  if (changed.status !== 200) throw new Error(`the ${NODE_CLASS.kind} was refused: ${changed.text}`)
}

async function isReady(program: SupervisedProgram, probePort: number): Promise<boolean> {
  if (!program.isRunning) throw new Error(`Karpenter ended:\n${await program.tail()}`)
  // Refused until it listens.
  const answer = await fetch(`http://127.0.0.1:${probePort}/readyz`).catch(() => undefined)
  return answer?.ok ?? false
}
