import { WORKSPACE_LABEL, type Workspace } from '@kaito/api'
import type { Service } from '@kaito/controller-kit'
import type { TemplateWork } from '../../workspace/order.ts'
import { ownedMetadata } from '../ownership.ts'

/**
 * Leads to the first TCP port that the template declares; none when it declares no port. Other ports stay inside: metrics
 * and debuggers are not for whoever reaches a load balancer.
 */
export function templateServices(workspace: Workspace, { template, isExposed }: TemplateWork): Service[] {
  const ports = template.spec.containers.flatMap((container) => container.ports ?? [])
  const port = ports.find(({ protocol }) => (protocol ?? 'TCP') === 'TCP')
  if (!port) return []
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: ownedMetadata(workspace),
      spec: {
        type: isExposed ? 'LoadBalancer' : 'ClusterIP',
        selector: { [WORKSPACE_LABEL]: workspace.metadata.name },
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: port.containerPort }],
      },
    },
  ]
}
