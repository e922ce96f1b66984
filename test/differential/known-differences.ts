import type { Step } from './step.ts'

/** A difference that stays, and where exactly it may be seen. */
export interface KnownDifference {
  /** Text of the row in the package's README. */
  reason: string
  matches(step: Step, difference: { field: string; real: unknown; embedded: unknown }): boolean
}

type Matches = KnownDifference['matches']

/** Both say the same up to the words of their parsers or the names of their types. */
function sameUpTo(...beginnings: string[]): Matches {
  return (_step, { field, real, embedded }) =>
    field.endsWith('.message') &&
    beginnings.some((beginning) => {
      const [said, imitated] = [real, embedded].map((text) => String(text).split(beginning))
      return said?.[0] === imitated?.[0] && (said?.length ?? 0) > 1 && (imitated?.length ?? 0) > 1
    })
}

/** Both refuse what a patch made, and show it in their own way. */
const shownPatch: Matches = ({ method }, { field, real, embedded }) => {
  if (method !== 'PATCH' || !/causes\[\d+\]\.message$/.test(field)) return false
  const [said, imitated] = [String(real), String(embedded)]
  const patch = (text: string) => text.split(']": ')[0]?.replace(/resourceVersion:\d+/, '')
  if (said.startsWith('Invalid value: "map[')) return patch(said) === patch(imitated)
  const why = (text: string) => text.split('}": ').at(-1)?.split(' in scheme')[0]
  return said.startsWith('Invalid value: "{') && why(said) === why(imitated)
}

/** Both say the same of a value, which the real server prints as Go holds it. */
const goValue: Matches = (_step, { field, real, embedded }) => {
  if (!/causes(\[\d+\]\.message)?$/.test(field) || !/^Invalid value: [{[].*"[A-Z]\w*":/s.test(String(real)))
    return false
  const why = (text: unknown) =>
    String(text)
      .split(/[\]}l]: /)
      .at(-1)
  return why(real) === why(embedded)
}

const EMPTY_FIELDS =
  /^\.body\[\d+\]\.object\.(spec|status|rules|roleRef|involvedObject|source|eventTime|reportingComponent|reportingInstance|firstTimestamp|lastTimestamp|metadata\.annotations\..*)$/

export const KNOWN_DIFFERENCES: KnownDifference[] = [
  {
    reason: 'the words of its JSON parser',
    matches: sameUpTo('json parse error: ', 'continue key is not valid: ', 'error decoding patch: '),
  },
  {
    reason: 'the words of its CEL parser',
    matches: sameUpTo('compilation failed: ERROR: '),
  },
  {
    reason: 'the words of its JSON parser, for a strategic merge patch or an unchecked JSON patch',
    matches: ({ method, text, contentType, query }, { field }) =>
      method === 'PATCH' &&
      text !== undefined &&
      (contentType?.includes('strategic') === true ||
        (contentType?.includes('json-patch') === true && query?.fieldValidation === 'Ignore')) &&
      field === '.body.message',
  },
  {
    reason: 'the file in which its types are registered',
    matches: sameUpTo(' in scheme'),
  },
  {
    reason: 'an object that cannot be read, with its fields in the order of its storage',
    matches: sameUpTo("Object 'Kind' is missing in "),
  },
  {
    reason: 'an object that a patch made, with its fields in the order of its types, and the words of its converter',
    matches: shownPatch,
  },
  {
    reason: 'a refused value, with the names that its fields have in Go',
    matches: goValue,
  },
  {
    reason: 'the fields of a pod that an update may not change, as a comparison of Go values',
    matches: sameUpTo('(allow it to be set to 1 if it was previously negative)'),
  },
  {
    reason: 'the empty fields that its types have, in the bookmark that ends the initial events',
    matches: ({ query }, { field, embedded }) =>
      query?.sendInitialEvents === 'true' && EMPTY_FIELDS.test(field) && embedded === undefined,
  },
  {
    reason: 'the template generation of a DaemonSet, which its tables leave out',
    matches: ({ path }, { field, real }) =>
      path.includes('/daemonsets') && field.includes('metadata.annotations') && real === undefined,
  },
  {
    reason: 'a CustomResourceDefinition is established by the request that creates it, not some moments later',
    matches: ({ path }, { field }) =>
      path.includes('/customresourcedefinitions') && /\.(status\.|metadata\.resourceVersion)/.test(field),
  },
  {
    reason: 'who manages a field is not kept: a Scale that changes nothing else leaves the version as it is',
    matches: ({ path }, { field }) => path.endsWith('/scale') && field === '.body.metadata.resourceVersion',
  },
  {
    reason: 'two of its types that cannot be converted',
    matches: (_step, { field, real }) => field === '.body.message' && String(real).endsWith('unknown conversion'),
  },
]
