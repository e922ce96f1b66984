/** One resource or subresource as discovery describes it. */
export interface DiscoveredResource {
  group: string
  version: string
  /** `pods` or `pods/log`. */
  name: string
  singular: string
  namespaced: boolean
  /** Kind of what is sent and answered; it may be of another group (`Scale`). */
  kind: { group: string; version: string; kind: string }
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
}
