/** What a condition says. */
export interface Telling {
  isTrue: boolean
  reason: string
  message: string
}
