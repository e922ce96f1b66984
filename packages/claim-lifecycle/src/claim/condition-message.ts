const LIMIT = 800

/** A message as conditions of claims hold it: some clouds say very much. */
export function conditionMessage(message: string): string {
  return message.length > LIMIT ? `${message.slice(0, LIMIT)}...` : message
}
