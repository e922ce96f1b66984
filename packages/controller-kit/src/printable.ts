/** Somebody else's text on one line, without control and bidirectional characters, and not longer than that. */
export function printable(text: string, longest: number): string {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim()
  const characters = [...line]
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line
}
