import { z } from 'zod'

/** `status.conditions[]` of our own kinds: the standard form of Kubernetes (`metav1.Condition`). */
export const conditionSchema = z
  .object({
    type: z.string().max(316).describe('What it is about.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether it is so.'),
    observedGeneration: z.int().min(0).describe('Generation of the object that it speaks of.').optional(),
    lastTransitionTime: z.string().meta({ format: 'date-time' }).describe('When the status last changed.'),
    reason: z.string().max(1024).describe('Why, in one word.'),
    message: z.string().max(32768).describe('Why, with what to do.'),
  })
  .describe('One statement about the object.')
