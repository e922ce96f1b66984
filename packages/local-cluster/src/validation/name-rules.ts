/** Says what is wrong with a text, worded as the API server does; empty when nothing is. */
export type NameRule = (text: string) => string[]

interface Form {
  expression: string
  explanation: string
  examples: string[]
  maxLength: number
  unit?: 'bytes'
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

function rule({ expression, explanation, examples, maxLength, unit }: Form): NameRule {
  const pattern = new RegExp(`^(?:${expression})$`)
  return (text) => [
    ...(Buffer.byteLength(text) > maxLength ? [`must be no more than ${maxLength} ${unit ?? 'characters'}`] : []),
    ...(pattern.test(text) ? [] : [regexFault(explanation, expression, examples)]),
  ]
}

function regexFault(explanation: string, expression: string, examples: string[]): string {
  const shown = examples.map((example) => `'${example}'`).join(',  or ')
  return `${explanation} (e.g. ${shown}, regex used for validation is '${expression}')`
}

const plainLabel: NameRule = rule({
  expression: LABEL,
  explanation:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: ['my-name', '123-abc'],
  maxLength: 63,
})

export const dns1123Subdomain: NameRule = rule({
  expression: `${LABEL}(\\.${LABEL})*`,
  explanation:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
  maxLength: 253,
})

export const dns1123Label: NameRule = (text) => {
  const onlyDots = text.length <= 63 && text.includes('.') && dns1123Subdomain(text).length === 0
  return onlyDots ? ['must not contain dots'] : plainLabel(text)
}

export const dns1035Label: NameRule = rule({
  expression: '[a-z]([-a-z0-9]*[a-z0-9])?',
  explanation:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: ['my-name', 'abc-123'],
  maxLength: 63,
})

export const labelValue: NameRule = rule({
  expression: `(${LABEL_KEY})?`,
  explanation:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyValue', 'my_value', '12345'],
  maxLength: 63,
  unit: 'bytes',
})

const namePart = rule({
  expression: LABEL_KEY,
  explanation:
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyName', 'my.name', '123-abc'],
  maxLength: 63,
  unit: 'bytes',
})

/** Keys of labels and annotations and names of finalizers: `[prefix/]name`. */
export const qualifiedName: NameRule = (text) => {
  const parts = text.split('/')
  if (parts.length > 2) {
    const [fault = ''] = namePart('')
    return [`a valid label key ${fault} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const [name = '', prefix] = parts.toReversed()
  const empty = name === '' ? ['must be non-empty'] : []
  return [...prefixFaults(prefix), ...[...empty, ...namePart(name)].map((fault) => `name part ${fault}`)]
}

function prefixFaults(prefix: string | undefined): string[] {
  if (prefix === undefined) return []
  const faults = prefix === '' ? ['must be non-empty'] : dns1123Subdomain(prefix)
  return faults.map((fault) => `prefix part ${fault}`)
}

/** Names that only have to fit into a URL's path. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`]
  return ['/', '%'].filter((char) => text.includes(char)).map((char) => `may not contain '${char}'`)
}

export const configMapKey: NameRule = rule({
  expression: '[-._a-zA-Z0-9]+',
  explanation: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  examples: ['key.name', 'KEY_NAME', 'key-name'],
  maxLength: 253,
})
