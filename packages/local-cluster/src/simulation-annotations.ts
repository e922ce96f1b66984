/**
 * On a Node: the simulated kubelet plays this node. Whoever simulates the machine puts it there; taken away, the kubelet is
 * silent and what runs on the machine goes on.
 */
export const SIMULATED_NODE = 'simulation.kaito.sh/node'
/** On a Node: how many GPUs the machine has with a working driver, as a decimal number. */
export const SIMULATED_GPUS = 'simulation.kaito.sh/gpus'
/** On a Node: `host:port` of the https server that answers for its kubelet; written by the simulated kubelet. */
export const KUBELET_ADDRESS = 'simulation.kaito.sh/kubelet-address'
/** On a Pod: JSON object from container port to the loopback port that really listens; written by the simulated kubelet. */
export const PORT_MAP = 'simulation.kaito.sh/port-map'
/**
 * On a Node: Karpenter's provider of pretended machines wants somebody to play this node's kubelet (the contract of
 * kubernetes-sigs/kwok, value `fake`). It counts where a Node says nothing of its own about the simulation.
 */
export const KWOK_NODE = 'kwok.x-k8s.io/node'
