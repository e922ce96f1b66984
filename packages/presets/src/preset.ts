import { z } from 'zod'

const requirement = z.strictObject({
  gpus: z.int().min(1),
  totalGpuMemoryGiB: z.number().positive(),
  /** 0 sets no bound on a single GPU. */
  perGpuMemoryGiB: z.number().min(0),
})

const flags = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.union([z.string(), z.literal(true)]))

/** Reviewed facts about one model: what it needs and how its image is started. */
export const presetSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
    /** Public images are named after the preset in the configured registry; private ones are named by the user. */
    image: z.discriminatedUnion('access', [
      z.strictObject({ access: z.literal('public'), tag: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/) }),
      z.strictObject({ access: z.literal('private') }),
    ]),
    diskGiB: z.int().positive(),
    readinessTimeoutMinutes: z.int().positive(),
    inference: z.strictObject({
      requires: requirement,
      /** Program and fixed words before its flags, as argv. */
      launcher: z.array(z.string()).min(1),
      workingDir: z.string().optional(),
      launcherFlags: flags,
      program: z.string(),
      modelFlags: flags,
      /** Processes that together serve one model; absent when every node serves a whole copy. */
      distributed: z.strictObject({ worldSize: z.int().min(1) }).optional(),
    }),
    tuning: z.strictObject({ requires: requirement, diskGiB: z.int().positive() }).optional(),
  })
  .readonly()

export type Preset = z.infer<typeof presetSchema>
export type GpuRequirement = z.infer<typeof requirement>
