const TOKEN =
  /[rRbB]{0,2}("""[\s\S]*?"""|'''[\s\S]*?''')|[rR][bB]?("[^"]*"|'[^']*')|[bB]?("(\\.|[^"\\])*"|'(\\.|[^'\\])*')|\/\/[^\n]*|[A-Za-z_]\w*|\d[\w.]*|\s+|[\s\S]/g

const COMPREHENSIONS = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'map',
  'filter',
  'transformList',
  'transformMap',
])
const GROWING = new Set(['split', 'findAll', 'range'])

/** The library's own function runs patterns with backtracking; this one is registered beside it. */
export const SAFE_MATCHES = 'matchesInLinearTime'
const RENAMED: Record<string, string> = { matches: SAFE_MATCHES, existsOne: 'exists_one' }

export interface ExpressionSource {
  /** The expression with calls renamed to the functions we register. */
  text: string
  /** Names that occur outside of string literals. */
  names: Set<string>
  /** Variables of a policy that are read: `x` in `variables.x`. */
  variables: Set<string>
  /** How deep loops over lists and maps are nested. */
  loopDepth: number
  /** Loops may run over pieces of a text. */
  splitsText: boolean
  length: number
}

/** Reads an expression's tokens without parsing it. */
export function readExpression(expression: string): ExpressionSource {
  const tokens = expression.match(TOKEN) ?? []
  const names = new Set<string>()
  const variables = new Set<string>()
  const loops = new LoopDepth()
  let text = ''
  let length = 0
  tokens.forEach((token, index) => {
    const next = nextSolid(tokens, index)
    const isName = /^[A-Za-z_]\w*$/.test(token)
    if (isName) names.add(token)
    if (isName && tokens[index - 1] === '.' && tokens[index - 2] === 'variables') variables.add(token)
    if (token.trim() !== '') length += 1
    loops.see(token, isName && next === '(')
    text += isName && next === '(' ? (RENAMED[token] ?? token) : token
  })
  const splitsText = [...GROWING].some((name) => names.has(name))
  return { text, names, variables, loopDepth: loops.deepest, splitsText, length }
}

function nextSolid(tokens: string[], index: number): string | undefined {
  return tokens.slice(index + 1, index + 3).find((token) => token.trim() !== '')
}

/** Follows parentheses to tell how many loops surround a token. */
class LoopDepth {
  deepest = 0
  readonly #open: boolean[] = []
  #loopStarts = false

  see(token: string, isCall: boolean): void {
    if (token === '(') {
      this.#open.push(this.#loopStarts)
      this.deepest = Math.max(this.deepest, this.#open.filter(Boolean).length)
    }
    if (token === ')') this.#open.pop()
    if (token.trim() !== '') this.#loopStarts = isCall && COMPREHENSIONS.has(token)
  }
}
