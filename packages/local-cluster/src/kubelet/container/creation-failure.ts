/** Why the kubelet cannot create a container yet, by the reason that its status shows. */
export class CreationFailure extends Error {
  readonly reason: 'CreateContainerConfigError' | 'CreateContainerError'

  constructor(reason: CreationFailure['reason'], message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}
