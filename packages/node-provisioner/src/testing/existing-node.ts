import { GPU_RESOURCE, INSTANCE_TYPE_LABEL } from '@kaito/api'
import type { Node } from '@kaito/controller-kit'
import { aNodeRequest } from './node-request.ts'

/** A ready node that fits `aNodeRequest`; any part can be replaced, labels one by one. */
export function anExistingNode(name: string, { metadata, spec, status }: Partial<Node> = {}): Node {
  const { labels, instanceTypes, gpusPerNode } = aNodeRequest()
  return {
    metadata: {
      name,
      ...metadata,
      labels: { ...labels, [INSTANCE_TYPE_LABEL]: instanceTypes[0] ?? '', ...metadata?.labels },
    },
    spec: { ...spec },
    status: {
      allocatable: { [GPU_RESOURCE]: String(gpusPerNode) },
      conditions: [{ type: 'Ready', status: 'True' }],
      ...status,
    },
  }
}
