import { GPU_RESOURCE } from '@kaito/api'

export const MODEL_PORT = 5000

/** How a container of a model image is reached, and what it gets: all GPUs of its node. */
export function modelAccess(gpus: number) {
  const gpuAmount: Record<string, string> = { [GPU_RESOURCE]: String(gpus) }
  return {
    ports: [{ name: 'http', containerPort: MODEL_PORT }],
    resources: { requests: gpuAmount, limits: gpuAmount },
  }
}

/** How far a container of a model image is confined, and where its last words go. */
export const MODEL_CONFINEMENT: {
  terminationMessagePolicy: 'FallbackToLogsOnError'
  securityContext: Record<string, unknown>
} = {
  // The end of the log is then in the Pod's status, where the Workspace reads why its model fails.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  // The model images run as root and write beside their weights, so neither user nor file system is restricted further.
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
}
