/** Why a Workspace, or a step for it, must wait or cannot be, with what to do about it. */
export interface Refusal {
  reason: string
  message: string
}
