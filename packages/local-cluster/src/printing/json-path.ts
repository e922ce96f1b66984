import { isJsonObject, jsonEqual } from '../json.ts'

type Step = (value: unknown) => unknown[]

const compiled = new Map<string, Step[]>()

/** All values at a JSONPath of the kind that printer columns use: fields, indexes, `[*]` and filters by `==` and `!=`. */
export function valuesAt(path: string, value: unknown): unknown[] {
  let steps = compiled.get(path)
  if (steps === undefined) {
    steps = stepsOf(path)
    compiled.set(path, steps)
  }
  return steps.reduce<unknown[]>((values, step) => values.flatMap(step), [value])
}

const TOKEN =
  /\.((?:\\.|[^.[\]\\])+)|\[(\d+)\]|\[\*\]|\['((?:\\.|[^'\\])*)'\]|\[\?\(\s*@\.([^=!<>\s]+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\s*\)\]/y

/** Throws on a path that it cannot read, so that nothing is printed by accident. */
function stepsOf(path: string): Step[] {
  const text = path.replace(/^\{|\}$/g, '')
  const steps: Step[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Error(`unrecognized JSONPath ${path} at ${at}`)
    steps.push(stepOf(match))
  }
  return steps
}

function stepOf([text, name, index, quoted, filtered, operator, ...literals]: RegExpExecArray): Step {
  const field = name ?? quoted
  if (field === '*' || text === '[*]') return children
  if (field !== undefined) return fieldStep(field.replace(/\\(.)/g, '$1'))
  if (index !== undefined) return (value) => (Array.isArray(value) ? value.slice(Number(index), Number(index) + 1) : [])
  const [double, single, bare] = literals
  const wanted = double ?? single ?? bareLiteral(bare ?? '')
  return filterStep(filtered ?? '', (found) => jsonEqual(found, wanted) === (operator === '=='))
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return isJsonObject(value) ? Object.values(value) : []
}

function fieldStep(name: string): Step {
  return (value) => (isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : [])
}

/** What lacks the field matches neither way, as in the real server. */
function filterStep(path: string, matches: (found: unknown) => boolean): Step {
  const names = path.split('.')
  const read: Step = (item) => names.reduce<unknown[]>((values, name) => values.flatMap(fieldStep(name)), [item])
  return (value) => (Array.isArray(value) ? value.filter((item) => read(item).some(matches)) : [])
}

function bareLiteral(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text
}
