/** Which provisioner this process is, beside others in the same cluster. */
export interface ProvisionerIdentity {
  /**
   * Unique in the cluster, and a label's value: lease, events and the report of held deletions are named after it, and
   * it stands on the claims and Nodes that are served.
   */
  readonly name: string
  /**
   * Also serves what is held and names nobody: claims of KAITO's own provisioner and of releases that noted no name, and
   * their Nodes. One provisioner of a cluster at most.
   */
  readonly takesUnnamed: boolean
}
