import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { hasGo } from './go-build.ts'
import { builtInCache, isInCache, type ModuleSource } from './program-cache.ts'

const KUBERNETES_TOOLS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const
const TOOLS = [...KUBERNETES_TOOLS, 'etcd', 'helm', 'crane'] as const

/** Path of each program that makes a real cluster, and a registry beside it. */
export type Tools = Record<(typeof TOOLS)[number], string>

interface ToolVersions {
  kubernetes: string
  etcd: string
  helm: string
}

/** What is built unless told otherwise: the Kubernetes release that the embedded cluster imitates. */
export const DEFAULT_VERSIONS: ToolVersions = { kubernetes: '1.36.3', etcd: '3.6.5', helm: '4.3.1' }

/** The crane that the image of the tuning tools holds. */
export const CRANE_VERSION = '0.22.1'

/** Directory with programs that are there already, named as in `Tools`. */
export const DIRECTORY_VARIABLE = 'CONTROL_PLANE_BIN'

interface Source extends ModuleSource {
  makes: (keyof Tools)[]
}

/** Thrown when a program is neither there nor can be built; the message is one line that says how to get it. */
export class ToolsMissing extends Error {}

/**
 * Finds every program: in the directory that CONTROL_PLANE_BIN names, in the cache of this user, or by building it from
 * Go modules into that cache. The versions count for the cache and the build only: a directory is taken as it is.
 *
 * @throws ToolsMissing when a program is nowhere and Go is not there either.
 */
export async function findTools(versions: ToolVersions, tell: (line: string) => void): Promise<Tools> {
  const directory = process.env[DIRECTORY_VARIABLE]
  const found: Partial<Tools> = {}
  for (const source of sources(versions)) {
    const given = source.makes.filter((name) => directory !== undefined && existsSync(join(directory, name)))
    for (const name of given) found[name] = join(directory ?? '', name)
    const missing = source.makes.filter((name) => !given.includes(name))
    if (missing.length === 0) continue
    const folder = await builtInCache(source, tell)
    if (folder === undefined) throw new ToolsMissing(missingLine(source))
    for (const name of missing) found[name] = join(folder, name)
  }
  return complete(found)
}

/** Whether `findTools` can succeed without downloads that are not from Go modules. */
export async function canFindTools(versions: ToolVersions): Promise<boolean> {
  const directory = process.env[DIRECTORY_VARIABLE]
  const missing = sources(versions).some(
    (source) => !isInCache(source) && source.makes.some((name) => !existsSync(join(directory ?? '', name))),
  )
  return !missing || (await hasGo())
}

function sources({ kubernetes, etcd, helm }: ToolVersions): Source[] {
  return [
    {
      makes: ['etcd'],
      folder: `etcd-${etcd}`,
      module: 'go.etcd.io/etcd/server/v3',
      version: `v${etcd}`,
      packages: { etcd: 'go.etcd.io/etcd/server/v3' },
    },
    {
      makes: [...KUBERNETES_TOOLS],
      folder: `kubernetes-${kubernetes}`,
      module: 'k8s.io/kubernetes',
      version: `v${kubernetes}`,
      packages: Object.fromEntries(KUBERNETES_TOOLS.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`])),
    },
    {
      makes: ['helm'],
      folder: `helm-${helm}`,
      module: `helm.sh/helm/v${helm.split('.')[0]}`,
      version: `v${helm}`,
      packages: { helm: `helm.sh/helm/v${helm.split('.')[0]}/cmd/helm` },
    },
    {
      makes: ['crane'],
      folder: `crane-${CRANE_VERSION}`,
      module: 'github.com/google/go-containerregistry',
      version: `v${CRANE_VERSION}`,
      packages: { crane: 'github.com/google/go-containerregistry/cmd/crane' },
    },
  ]
}

function missingLine({ makes, module, version }: Source): string {
  return (
    `no real control plane: ${makes.join(', ')} (${module} ${version}) not found; install Go 1.26 or newer, ` +
    `or set ${DIRECTORY_VARIABLE} to a directory that holds ${TOOLS.join(', ')}`
  )
}

async function complete(found: Partial<Tools>): Promise<Tools> {
  const path = (name: keyof Tools) => found[name] ?? ''
  for (const name of TOOLS) await access(path(name), constants.X_OK)
  return {
    'kube-apiserver': path('kube-apiserver'),
    'kube-controller-manager': path('kube-controller-manager'),
    'kube-scheduler': path('kube-scheduler'),
    kubectl: path('kubectl'),
    etcd: path('etcd'),
    helm: path('helm'),
    crane: path('crane'),
  }
}
