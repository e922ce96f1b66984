/** Status conditions and events are small; Azure's longest messages list every size of a region. */
const LONGEST = 900

/** Somebody else's text on one line, without control characters and not too long for a condition. */
export function printable(text: string): string {
  return text
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST)
}
