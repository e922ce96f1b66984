/** More of somebody else's words would hide the sentence around them. */
const LONGEST = 300
const EXCEPTION = /^[\w.]*(?:Error|Exception)\b/
/** What starts the model server tells only that it ended. */
const LAUNCHER = /^[\w.]*(?:CalledProcessError|ChildFailedError)\b/

/**
 * The line of somebody else's text that says most: of a log with a stack trace the exception at its end, of another log
 * its last line. Undefined when there is none.
 */
export function usefulLine(text: string | undefined): string | undefined {
  const lines = (text ?? '').split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const line = lines.findLast((one) => EXCEPTION.test(one) && !LAUNCHER.test(one)) ?? lines.at(-1)
  return line === undefined ? undefined : oneLine(line, LONGEST)
}

/** The text on one line of at most that many characters, with what a terminal would obey written out. */
export function oneLine(text: string, longest: number): string {
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
  const characters = [...line]
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line
}
