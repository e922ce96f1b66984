import { MODEL_PORT } from '@kaito/presets'

/** Where the processes of one model meet. */
export const TORCH_PORT = 29500

/** Ports of a Workspace's Service as KAITO's users know them. */
export const SERVICE_PORTS = [
  { name: 'http', protocol: 'TCP', port: 80, targetPort: MODEL_PORT },
  { name: 'torch', protocol: 'TCP', port: TORCH_PORT, targetPort: TORCH_PORT },
]
