/**
 * Paths of the fields that a JSON text has twice in one object, as the server names them in refusals. The text must be
 * valid JSON: `JSON.parse` itself keeps the last value without a word.
 */
export function duplicateFields(json: string): string[] {
  const found = new Set<string>()
  const open: Level[] = []
  let text = '""'
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const level = open.at(-1)
    if (token === '{') open.push({ path: pathOf(level), names: new Set(), place: '' })
    else if (token === '[') open.push({ path: pathOf(level), names: new Set(), place: 0 })
    else if (token === '}' || token === ']') open.pop()
    else if (token === ',') nextItem(level)
    else if (token === ':') enterField(level, String(JSON.parse(text)), found)
    text = token
  }
  return [...found]
}

/** An open object or list. */
interface Level {
  path: string
  /** Of the fields seen so far. */
  names: Set<string>
  /** Current field or index. */
  place: string | number
}

function nextItem(level: Level | undefined): void {
  if (typeof level?.place === 'number') level.place += 1
}

function enterField(level: Level | undefined, name: string, found: Set<string>): void {
  if (level === undefined) return
  level.place = name
  if (level.names.has(name)) found.add(pathOf(level))
  level.names.add(name)
}

function pathOf(level: Level | undefined): string {
  if (level === undefined) return ''
  if (typeof level.place === 'number') return `${level.path}[${level.place}]`
  return level.path === '' ? level.place : `${level.path}.${level.place}`
}
