const MOST_CHARACTERS = 600
const MOST_URL_CHARACTERS = 300

/** What could be a secret, with what marks it as such in front. */
const SECRETS: [pattern: RegExp, shown: string][] = [
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']+@/gi, '$1***@'],
  // Signed addresses carry their signature there.
  [/\b(https?:\/\/[^\s?"']+)\?[^\s"']*/gi, '$1?***'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 ***'],
  [
    /\b(\w{0,30}(?:password|passwd|secret|token|signature|apikey|auth))(["']{0,2}\s{0,3}[:=]\s{0,3}["']?)[^\s"',;&}]+/gi,
    '$1$2***',
  ],
  [/\beyJ[\w-]{8,}(?:\.[\w-]+)+/g, '***'],
]

/** Text from outside for one line of a log: without secrets, line breaks and characters that no terminal should get. */
export function shownText(text: string): string {
  const masked = SECRETS.reduce((rest, [pattern, shown]) => rest.replaceAll(pattern, shown), text)
  const line = masked
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\u{fffd}')
    .trim()
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line
}

/** An address without user, query and fragment, which can hold secrets. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  const shown = `${protocol}//${host}${pathname}`
  return shown.length > MOST_URL_CHARACTERS ? `${shown.slice(0, MOST_URL_CHARACTERS)}…` : shown
}
