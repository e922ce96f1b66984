import { RE2JS } from 're2js'

const compiled = new Map<string, RE2JS>()
const KEPT = 1000

/** Whether the pattern of RE2's syntax occurs in the text, in linear time. Throws on an invalid pattern. */
export function occursIn(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern)
  if (expression === undefined) {
    expression = RE2JS.compile(pattern)
    if (compiled.size >= KEPT) compiled.clear()
    compiled.set(pattern, expression)
  }
  return expression.matcher(text).find()
}
