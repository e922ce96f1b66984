import { z } from 'zod'

/** A condition as any kind's status carries it; what is left out reads as empty. */
export const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
})
