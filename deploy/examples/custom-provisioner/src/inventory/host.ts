import { z } from 'zod'

const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const NODE_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

const labelValue = z.string().regex(LABEL_VALUE, 'must be what a label can have as its value')

const hostSchema = z.strictObject({
  instanceType: labelValue.min(1),
  gpus: z.int().min(0),
  zone: labelValue.min(1).optional(),
  labels: z.record(z.string().regex(LABEL_KEY, 'must be a label key'), labelValue).default({}),
})

/** A machine that is there. */
export interface Host extends z.infer<typeof hostSchema> {
  /** Of the Node that it joins as. */
  name: string
}

/** Reads what an inventory says of one host; otherwise tells the field that is wrong. */
export function readHost(name: string, stored: unknown): Host | { fault: string } {
  if (!NODE_NAME.test(name)) return { fault: `host ${name}: no Node can have that name` }
  const { error, data } = hostSchema.safeParse(stored)
  if (!error) return { name, ...data }
  const [issue] = error.issues
  const field = issue?.path.length ? `${issue.path.join('.')}: ` : ''
  return { fault: `host ${name}: ${field}${issue?.message}` }
}
