/** One word of a label selector. `end` closes every list of tokens. */
export interface SelectorToken {
  kind: 'word' | 'operator' | '(' | ')' | ',' | '!' | 'fault' | 'end'
  text: string
}

const SPECIAL = new Set('=!(),><')
const KINDS: Record<string, SelectorToken['kind']> = {
  '(': '(',
  ')': ')',
  ',': ',',
  '!': '!',
  '!=': 'operator',
  '==': 'operator',
  '=': 'operator',
  '<': 'operator',
  '>': 'operator',
}

/** Cuts a selector as the real server does: special characters stand alone, the longest operator wins. */
export function selectorTokens(text: string): SelectorToken[] {
  const tokens: SelectorToken[] = []
  let rest = text
  for (;;) {
    rest = rest.replace(/^[ \t\r\n]+/, '')
    const [first] = rest
    if (first === undefined) return [...tokens, { kind: 'end', text: '' }]
    const token = SPECIAL.has(first) ? specialToken(rest) : wordToken(rest)
    tokens.push(
      token.kind === 'fault' ? { kind: 'fault', text: `error expected: keyword found '${token.text}'` } : token,
    )
    rest = rest.slice(token.text.length)
  }
}

function wordToken(text: string): SelectorToken {
  const [word = ''] = /^[^=!(),><\s]+/.exec(text) ?? []
  return { kind: 'word', text: word }
}

function specialToken(text: string): SelectorToken {
  for (const length of [2, 1]) {
    const symbol = text.slice(0, length)
    const kind = KINDS[symbol]
    if (symbol.length === length && kind !== undefined) return { kind, text: symbol }
  }
  return { kind: 'fault', text: text[0] ?? '' }
}
