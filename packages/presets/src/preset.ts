import { z } from 'zod'

const requirement = z.strictObject({
  gpus: z.int().min(1),
  totalGpuMemoryGiB: z.int().positive(),
  /** 0 sets no bound on a single GPU. */
  perGpuMemoryGiB: z.int().min(0),
})

const flags = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.union([z.string(), z.literal(true)]))

const inference = z
  .strictObject({
    requires: requirement,
    /** Program and fixed words before its flags, as argv. */
    launcher: z.array(z.string()).min(1),
    /** Absent where the image's own is right. */
    workingDir: z.string().startsWith('/').optional(),
    /** For a model that one node holds; where several share it, their number, rank and addresses take the place of these. */
    launcherFlags: flags,
    program: z.string(),
    modelFlags: flags,
    /** Processes, one per GPU, that together serve one model; absent when every node serves a whole copy. */
    distributed: z.strictObject({ worldSize: z.int().min(2) }).optional(),
  })
  .refine(({ requires, distributed }) => (distributed?.worldSize ?? requires.gpus) === requires.gpus, {
    message: 'each process of a model needs a GPU, and each GPU a process',
    path: ['distributed', 'worldSize'],
  })

/** Reviewed facts about one model: what it needs and how its image is started. */
export const presetSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
    family: z.string(),
    /** Public name of the licence of the weights. */
    licence: z.string(),
    /** Public images are named after the preset in the configured registry; private ones are named by the user. */
    image: z.discriminatedUnion('access', [
      z.strictObject({ access: z.literal('public'), tag: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/) }),
      z.strictObject({ access: z.literal('private') }),
    ]),
    diskGiB: z.int().positive(),
    readinessTimeoutMinutes: z.int().positive(),
    inference,
    tuning: z.strictObject({ requires: requirement, diskGiB: z.int().positive() }).optional(),
  })
  .readonly()

export type Preset = z.infer<typeof presetSchema>
export type GpuRequirement = z.infer<typeof requirement>
