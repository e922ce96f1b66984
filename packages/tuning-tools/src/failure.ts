/** Exit codes that the Pod's status shows; 1 is what nobody foresaw. */
export const EXIT = {
  /** An argument or a setting is wrong. */
  usage: 64,
  /** There is nothing to pack, or a data file is missing, empty or too large. */
  input: 65,
  /** An address is not allowed. */
  address: 66,
  /** Given up after retries. */
  unavailable: 75,
  /** The registry refuses the credentials. */
  credentials: 77,
} as const

/** Ends the program. The message is one sentence that says what failed and what to do. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
