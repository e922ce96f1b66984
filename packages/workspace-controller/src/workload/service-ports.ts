import { MODEL_PORT, RENDEZVOUS_PORT } from '@kaito/presets'

/** Ports of a Workspace's Service as KAITO's users know them. */
export const SERVICE_PORTS = [
  { name: 'http', protocol: 'TCP', port: 80, targetPort: MODEL_PORT },
  { name: 'torch', protocol: 'TCP', port: RENDEZVOUS_PORT, targetPort: RENDEZVOUS_PORT },
]
