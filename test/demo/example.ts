import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Manifest, readManifests } from '../harness/manifests.ts'
import { filledIn } from '../harness/supplies/filled-in.ts'
import { provideFor } from '../harness/supplies/provide-for.ts'
import type { Supplies } from '../harness/supplies/supplies.ts'

const FOLDER = 'deploy/examples'
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export const DEFAULT_EXAMPLE = 'inference-phi-3-mini'

/** What happens in an example, which the story follows. */
type ExampleKind = 'model' | 'own server' | 'tuning'

export interface Example {
  /** From the root of the repository. */
  path: string
  kind: ExampleKind
  /** How many nodes it needs. */
  nodes: number
  /** Labels of nodes that it finds, where it shows just that. */
  foundNodeLabels: Record<string, string> | undefined
  workspace: Manifest
  /** With the Workspace, in the order in which they are applied. */
  manifests: Manifest[]
}

/** Names of all examples of a Workspace: paths below deploy/examples without their ending. */
export function exampleNames(): string[] {
  return globSync('**/*.yaml', { cwd: `${ROOT}${FOLDER}`, exclude: ['*-provisioner/**'] })
    .map((path) => path.replace(/\.yaml$/, ''))
    .sort()
}

/** Reads an example, fills in what is its reader's, and makes what must be there before it: images, data and Secrets. */
export async function prepareExample(name: string, supplies: Supplies): Promise<Example> {
  const path = `${FOLDER}/${name}.yaml`
  const asWritten = await readManifests(path)
  const isSecretNamed = /imagePullSecrets|imagePushSecret/.test(JSON.stringify(asWritten))
  const { host } = isSecretNamed ? supplies.privateRegistry : supplies.registry
  const manifests = asWritten.map((manifest) => filledIn(manifest, { registry: host, pushSecret: 'registry-push' }))
  const workspace = manifests.find(({ kind }) => kind === 'Workspace')
  if (!workspace) throw new Error(`${path} has no Workspace`)
  const { resource, inference, tuning } = Object(workspace)
  return {
    path,
    kind: tuning ? 'tuning' : inference.template ? 'own server' : 'model',
    nodes: Number(resource.count ?? 1),
    foundNodeLabels: resource.existingNodes === 'Prefer' ? { ...resource.labelSelector.matchLabels } : undefined,
    workspace,
    manifests: [...provideFor(supplies, workspace), ...manifests],
  }
}
