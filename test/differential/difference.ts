import { isJson } from './server-memory.ts'

/** One place at which two answers differ. */
export interface Difference {
  field: string
  real: unknown
  embedded: unknown
}

/** Every innermost place at which two values differ; an absent field is undefined. */
export function differences(real: unknown, embedded: unknown, field = ''): Difference[] {
  if (isJson(real) && isJson(embedded)) {
    const names = [...new Set([...Object.keys(real), ...Object.keys(embedded)])]
    return names.flatMap((name) => differences(real[name], embedded[name], `${field}.${name}`))
  }
  if (Array.isArray(real) && Array.isArray(embedded) && real.length === embedded.length) {
    return real.flatMap((item, index) => differences(item, embedded[index], `${field}[${index}]`))
  }
  return Object.is(real, embedded) || JSON.stringify(real) === JSON.stringify(embedded)
    ? []
    : [{ field, real, embedded }]
}
