/** User of our own images, who owns nothing on any node. */
export const NOBODY = 65532

/** All that the profile `restricted` of the Pod Security Standards asks for, and a file system that nobody writes to. */
export function restricted({ runAsGroup }: { runAsGroup?: number } = {}): Record<string, unknown> {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
    ...(runAsGroup !== undefined && { runAsGroup }),
    runAsNonRoot: true,
    runAsUser: NOBODY,
    seccompProfile: { type: 'RuntimeDefault' },
  }
}
