import { WORKSPACE_LABEL, type Workspace } from '@kaito/api'
import type { Service } from '@kaito/controller-kit'
import { RENDEZVOUS_PORT } from '@kaito/presets'
import type { PresetWork } from '../../workspace/order.ts'
import { ownedMetadata } from '../ownership.ts'
import { SERVICE_PORTS } from '../service-ports.ts'

/**
 * Sends requests only to servers that answer: addresses of those still loading are not published. Of a model spread over
 * several Pods the first one answers.
 */
export function presetService(workspace: Workspace, { preset, isExposed }: PresetWork): Service {
  const leader = preset.inference.distributed && { 'statefulset.kubernetes.io/pod-name': leaderName(workspace) }
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(workspace),
    spec: {
      type: isExposed ? 'LoadBalancer' : 'ClusterIP',
      selector: { [WORKSPACE_LABEL]: workspace.metadata.name, ...leader },
      ports: SERVICE_PORTS,
    },
  }
}

/** Gives each Pod of a spread model a name; also before it is ready, since they must meet to become ready. */
export function headlessService(workspace: Workspace): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...ownedMetadata(workspace), name: headlessServiceName(workspace) },
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { [WORKSPACE_LABEL]: workspace.metadata.name },
      ports: [{ name: 'torchrun', protocol: 'TCP', port: RENDEZVOUS_PORT, targetPort: RENDEZVOUS_PORT }],
    },
  }
}

export function headlessServiceName({ metadata }: Workspace): string {
  return `${metadata.name}-headless`
}

/** The first Pod of a spread model. */
export function leaderName({ metadata }: Workspace): string {
  return `${metadata.name}-0`
}
