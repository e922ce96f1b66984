import type { ControllerName } from './image-commands.ts'

export interface PushedImage {
  controller: ControllerName
  /** Registry and name, without a tag. */
  repository: string
  digest: string
}

/** The chart that installs each controller, and the namespace it usually gets. */
export const CHARTS: Record<ControllerName, { folder: string; namespace: string }> = {
  'workspace-controller': { folder: 'charts/kaito/workspace', namespace: 'kaito-workspace' },
  'gpu-provisioner': { folder: 'charts/gpu-provisioner', namespace: 'gpu-provisioner' },
}

/** What each controller must be told beside its image; shell variables as `docs/aks.md` sets them. */
const SETTINGS: Record<ControllerName, string[]> = {
  'workspace-controller': [],
  'gpu-provisioner': [
    'settings.azure.subscriptionId="$SUBSCRIPTION_ID"',
    'settings.azure.resourceGroup="$RESOURCE_GROUP"',
    'settings.azure.clusterName="$CLUSTER"',
    'settings.azure.location="$LOCATION"',
    'workloadIdentity.clientId="$CLIENT_ID"',
    'workloadIdentity.tenantId="$TENANT_ID"',
  ],
}

/** The commands that install what was pushed. */
export function installCommands(images: PushedImage[]): string[] {
  return images.map(({ controller, repository, digest }) => {
    const { folder, namespace } = CHARTS[controller]
    const values = [`image.repository=${repository}`, `image.digest=${digest}`, ...SETTINGS[controller]]
    return [
      `helm install ${folder.split('/').at(-1)} ./${folder} --namespace ${namespace} --create-namespace`,
      ...values.map((value) => `  --set ${value}`),
    ].join(' \\\n')
  })
}
