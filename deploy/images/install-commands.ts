import { CONTROLLERS, type ImageName } from './bundle.ts'

type ControllerName = (typeof CONTROLLERS)[number]

export interface PushedImage {
  name: ImageName
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
  const pushed = new Map(images.map((image) => [image.name, image]))
  const tools = pushed.get('tuning-tools')
  return CONTROLLERS.flatMap((controller) => {
    const image = pushed.get(controller)
    if (!image) return []
    const { folder, namespace } = CHARTS[controller]
    const values = [`image.repository=${image.repository}`, `image.digest=${image.digest}`, ...SETTINGS[controller]]
    if (controller === 'workspace-controller' && tools) {
      values.push(`tuning.toolsImage=${tools.repository}@${tools.digest}`)
    }
    return [
      `helm install ${folder.split('/').at(-1)} ./${folder} --namespace ${namespace} --create-namespace`,
      ...values.map((value) => `  --set ${value}`),
    ].join(' \\\n')
  })
}
