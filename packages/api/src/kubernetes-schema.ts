import { z } from 'zod'

/** One validation rule in its two forms: the API server's, and the same in this process. */
export interface Rule<T> {
  /** CEL over `self` and, in a rule about a change, `oldSelf`. */
  rule: string
  /** What is wrong and what to write instead. Whoever prints it prints the field's path before it. */
  message: string
  /** The rule in this process; absent for changes, and for kinds that only the API server checks. */
  holds?: (value: T) => boolean
  /** The field below the one that has the rule that the message speaks of, such as `.preset.name`. */
  fieldPath?: string
  optionalOldSelf?: boolean
}

const VALIDATIONS = 'x-kubernetes-validations'

/** A schema with rules, for the API server in a CustomResourceDefinition and for zod alike, after those it has already. */
export function ruled<S extends z.ZodType>(schema: S, ...rules: Rule<z.output<S>>[]): S {
  const earlier: unknown = schema.meta()?.[VALIDATIONS]
  const shown = rules.map(({ holds: _, ...rule }) => rule)
  return rules
    .reduce((checked, { holds, message, fieldPath = '' }) => {
      const path = fieldPath.split('.').slice(1)
      return holds === undefined ? checked : checked.refine((value) => holds(value), { message, path })
    }, schema)
    .meta({ [VALIDATIONS]: [...(Array.isArray(earlier) ? earlier : []), ...shown] })
}

/** Text as a CEL literal. */
export function celText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/**
 * Whether a text matches, by an expression that must mean the same to RE2, which the API server uses, and to JavaScript:
 * nothing that looks around or back, no count above 1000, no `.`, `\s` or `\b`.
 */
export function expression(source: string): (value: string) => boolean {
  // With this flag both count characters and fold cases alike.
  const compiled = new RegExp(source, 'u')
  return (value) => compiled.test(value)
}

/** The whole or a part of a text matches an `expression`. */
export function matches(source: string, message: string): Rule<string> {
  return { rule: `self.matches(${celText(source)})`, message, holds: expression(source) }
}

/** A field that is there for KAITO's users only: whoever sets it is told why it is not served and what to do. */
export function notServed<S extends z.ZodType>(schema: S, message: string): S {
  return ruled(schema, { rule: 'false', message, holds: () => false })
}

/** A field that is always there and never changes. */
export function fixed(message: string): Rule<unknown> {
  return { rule: 'self == oldSelf', message }
}

/** An optional field of an object that is never added, changed or removed. */
export function fixedField(name: string, message: string): Rule<unknown> {
  const rule = `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || self.${name} == oldSelf.${name})`
  return { rule, message, fieldPath: `.${name}` }
}

/** A string of at most so many characters; zod alone would count UTF-16 units, which the API server does not. */
export function text(max: number, min = 0) {
  return (min === 0 ? z.string() : z.string().min(min))
    .refine((value) => !isLonger(value, max), `may not be longer than ${max} characters`)
    .meta({ maxLength: max })
}

export function isLonger(value: string, max: number): boolean {
  return value.length > max && (value.length > 2 * max || [...value].length > max)
}

/** A map of at most so many entries. */
export function mapOf<S extends z.ZodType>(values: S, max: number) {
  return z
    .record(z.string(), values)
    .refine((map) => Object.keys(map).length <= max, `may not have more than ${max} entries`)
    .meta({ maxProperties: max })
}

/** An object whose fields belong to another API: stored as given, not looked into. */
export function openObject(description: string) {
  return z
    .record(z.string(), z.unknown())
    .meta({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true })
    .describe(description)
}

/** RFC 1123 label, of any length. */
export const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'

/** Name of a namespaced object (RFC 1123 subdomain). */
export function objectName(field: string) {
  const message = `${field} must be the name of an object: lower-case letters, digits, "-" and "."; replace the placeholder if this is one`
  return ruled(text(253, 1), matches(`^${DNS_LABEL}([.]${DNS_LABEL})*$`, message))
}

const HOST_LABEL = '[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?'
const HOST = `${HOST_LABEL}([.]${HOST_LABEL})*(:[0-9]+)?`
const PATH_PART = '[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*'
const IMAGE = `^(${HOST}/)?${PATH_PART}(/${PATH_PART})*(:[a-zA-Z0-9_][-.a-zA-Z0-9_]{0,127})?(@sha256:[a-f0-9]{64})?$`

/** Image reference, by the grammar of the OCI distribution specification ("Pulling manifests"). */
export function imageReference(field: string) {
  const message = `${field} is not an image reference; write registry/repository:tag with a lower-case repository; replace the placeholder if this is one`
  return ruled(text(512, 1), matches(IMAGE, message))
}

/** Names of the Secrets that an image is pulled with. */
export function pullSecrets(description: string) {
  return z.array(objectName('imagePullSecrets').describe('Name of a Secret.')).max(16).describe(description)
}
