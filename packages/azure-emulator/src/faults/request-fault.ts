import { z } from 'zod'

function isRegExp(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

const matchSchema = z.strictObject({
  method: z.string().optional(),
  /** Regular expression on the path and query, without regard to case. */
  path: z.string().refine(isRegExp, 'not a regular expression').optional(),
  /** Name of the pool in the path. */
  pool: z.string().optional(),
})

const actionSchema = z.discriminatedUnion('do', [
  /** `text` is sent as it is; otherwise `body` as JSON. A page of a gateway is `{ status: 502, text: '<html>…' }`. */
  z.strictObject({
    do: z.literal('answer'),
    status: z.int().min(100).max(599),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    text: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('reset') }),
  z.strictObject({ do: z.literal('hang') }),
  /** Emulator seconds. */
  z.strictObject({ do: z.literal('delay'), seconds: z.number().min(0) }),
])

/** What happens to a request on the wire. */
export const requestFaultSchema = z.strictObject({
  match: matchSchema.default({}),
  /** Spares so many matching requests first. */
  skip: z.int().min(0).default(0),
  /** Meets so many; absent means all. */
  times: z.int().min(1).optional(),
  /** `before`: the cloud never sees the request. `after`: it is carried out and the answer is lost. */
  when: z.enum(['before', 'after']).default('before'),
  action: actionSchema,
})

export type RequestFault = z.infer<typeof requestFaultSchema>
export type RequestFaultInput = z.input<typeof requestFaultSchema>
