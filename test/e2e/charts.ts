import { fileURLToPath } from 'node:url'
import { defaultSettings } from '@kaito/azure-emulator'
import type { ControlPlaneAccess } from '../control-plane/control-plane.ts'
import type { NodesChoice } from '../harness/nodes-choice.ts'
import { createHelm } from './helm.ts'

export type Chart = 'workspace' | 'gpu-provisioner'

export const CHARTS: Record<Chart, { path: string; namespace: string }> = {
  workspace: { path: rooted('charts/kaito/workspace'), namespace: 'kaito-workspace' },
  'gpu-provisioner': { path: rooted('charts/gpu-provisioner'), namespace: 'gpu-provisioner' },
}
const REGISTRY = 'registry.example.com/kaito'

function rooted(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

/** Settings without which the charts refuse to be installed, for the cluster that an emulated Azure has by default. */
export function requiredValues(chart: Chart): string[] {
  const image = `image.repository=${REGISTRY}/${chart}`
  if (chart === 'workspace') return ['--set', image]
  const { subscriptionId, resourceGroup, cluster, location, tenantId, clientId } = defaultSettings()
  const values = {
    'settings.azure.subscriptionId': subscriptionId,
    'settings.azure.resourceGroup': resourceGroup,
    'settings.azure.clusterName': cluster,
    'settings.azure.location': location,
    'workloadIdentity.tenantId': tenantId,
    'workloadIdentity.clientId': clientId,
  }
  return ['--set', [image, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(',')]
}

/** Has the chart of the workspace controller say where nodes come from; what is left out is its default. */
export async function upgradeNodes(plane: ControlPlaneAccess, nodes: NodesChoice): Promise<void> {
  const helm = createHelm({ helm: plane.tools.helm, kubeconfigPath: plane.kubeconfigPath })
  const { path, namespace } = CHARTS.workspace
  const values = JSON.stringify({ provisioner: 'machine', profile: 'gpu-provisioner', settings: null, ...nodes })
  const place = ['--namespace', namespace, '--reuse-values']
  const done = await helm(['upgrade', 'workspace', path, ...place, '--set-json', `nodes=${values}`])
  if (done.code !== 0) throw new Error(`helm upgrade of the nodes failed: ${done.err}`)
}

/** Installs both charts by Helm, without running Pods: tests start the controllers themselves, as the Deployments say. */
export async function installCharts(plane: ControlPlaneAccess): Promise<void> {
  const helm = createHelm({ helm: plane.tools.helm, kubeconfigPath: plane.kubeconfigPath })
  for (const chart of ['workspace', 'gpu-provisioner'] as const) {
    const { path, namespace } = CHARTS[chart]
    const place = ['--namespace', namespace, '--create-namespace']
    const done = await helm(['install', chart, path, ...place, ...requiredValues(chart), '--set', 'replicaCount=0'])
    if (done.code !== 0) throw new Error(`helm install ${chart} failed: ${done.err}`)
  }
}
