import { createMachineAdapter } from '../claim/machine-adapter.ts'
import { createNodeClaimAdapter } from '../claim/node-claim-adapter.ts'

/** The NodeClaims that KAITO's users write. */
export const CLASSES = { group: 'kaito.sh', kinds: ['AgentPoolClass', 'KaitoNodeClass'] }
/** Who serves them in tests, unless they say otherwise. */
export const US = { name: 'gpu-provisioner', takesUnnamed: true }

export const machineAdapter = createMachineAdapter(CLASSES)
export const nodeClaimAdapter = createNodeClaimAdapter(CLASSES)
