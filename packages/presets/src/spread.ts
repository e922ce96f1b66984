/** Where the processes of a model meet, on the node with rank 0. */
export const RENDEZVOUS_PORT = 29500

/** One model spread over several nodes, with the same number of processes on each, one per GPU. */
export interface Spread {
  nodes: number
  /** Place of a node among them, from 0; each has its own, so this may be a variable that Kubernetes expands. */
  rank: string
  /** Host name of the node with rank 0, where all meet. */
  leader: string
}

/** Flags of torchrun ("PyTorch elastic launch") in place of those of a model on one node. */
export function spreadFlags({ nodes, rank, leader }: Spread, worldSize: number): Record<string, string> {
  return {
    master_addr: leader,
    nnodes: String(nodes),
    node_rank: rank,
    nproc_per_node: String(worldSize / nodes),
    rdzv_endpoint: `${leader}:${RENDEZVOUS_PORT}`,
  }
}
