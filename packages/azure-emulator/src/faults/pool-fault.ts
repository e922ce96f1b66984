import { z } from 'zod'

const failureSchema = z.strictObject({
  code: z.string().min(1),
  message: z.string().optional(),
  /** Emulator seconds from the accepted request. */
  afterSeconds: z.number().min(0).optional(),
  /** The pool shows `Failed`, and turns `Succeeded` by itself so much later. */
  recoversAfterSeconds: z.number().min(0).optional(),
})

/** What goes wrong with a pool; bound to it when its create is accepted. */
export const poolFaultSchema = z.strictObject({
  /** Exact name; absent matches every pool. */
  pool: z.string().optional(),
  vmSize: z.string().optional(),
  /** How many creates it meets; absent means all. */
  times: z.int().min(1).optional(),
  /** `stuck` never ends. */
  create: z.union([z.literal('stuck'), failureSchema]).optional(),
  delete: z.union([z.literal('stuck'), failureSchema]).optional(),
  createSeconds: z.number().min(0).optional(),
  deleteSeconds: z.number().min(0).optional(),
  /** The Node never appears, or so many seconds later than usual. */
  join: z.union([z.literal('never'), z.number().min(0)]).optional(),
  /** GPUs with a working driver, when fewer than sold. */
  gpus: z.int().min(0).optional(),
})

export type PoolFault = z.infer<typeof poolFaultSchema>
