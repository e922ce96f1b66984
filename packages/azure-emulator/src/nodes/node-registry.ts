/** A Kubernetes Node as AKS registers it. */
export interface NodeObject {
  apiVersion: 'v1'
  kind: 'Node'
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> }
  spec: { providerID: string; taints?: { key: string; value?: string; effect: string }[] }
  status: {
    capacity: Record<string, string>
    allocatable: Record<string, string>
    addresses: { type: string; address: string }[]
    nodeInfo: Record<string, string>
  }
}

/**
 * The Kubernetes cluster as its machines see it. Calls return at once and take effect in order, per name; the
 * registry retries until the cluster answers.
 */
export interface NodeRegistry {
  /** The machine registers. */
  join(node: NodeObject): void
  /** Brings the labels of the Node in line, if it is there. */
  relabel(node: NodeObject): void
  /** The machine is gone, and with it its Node. */
  leave(name: string): void
  /** Gives up what is still to be done. */
  close?(): void | Promise<void>
}

/** A cluster that nobody looks at. */
export const noNodes: NodeRegistry = { join: () => undefined, relabel: () => undefined, leave: () => undefined }
