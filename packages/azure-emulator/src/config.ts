import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type SettingsInput, settingsSchema } from './settings.ts'

const flagsSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  /** The ready line is written here, too. */
  stateFile: z.string().optional(),
  caFile: z.string().optional(),
  kubeconfig: z.string().optional(),
  /** Emulator seconds per second. */
  speed: z.coerce.number().positive().default(1),
})

interface Config {
  flags: z.infer<typeof flagsSchema>
  settings: SettingsInput
}

/** Reads `--flag value` pairs; whatever is not a flag of the process is a setting. `--settings` names a JSON file of them. */
export function readConfig(args: string[]): Config {
  const given = parseFlags(args)
  const { settings: file, ...values } = given
  const own = Object.keys(flagsSchema.shape)
  const flags = checked(
    flagsSchema,
    pick(values, (key) => own.includes(key)),
  )
  const fromFile: unknown = file ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const fromFlags = Object.fromEntries(
    Object.entries(pick(values, (key) => !own.includes(key))).map(([key, value]) => [key, settingValue(value)]),
  )
  return {
    flags,
    settings: checked(settingsSchema, { ...z.record(z.string(), z.unknown()).parse(fromFile), ...fromFlags }),
  }
}

function checked<T extends z.ZodType>(schema: T, values: unknown): z.infer<T> {
  const { data, error } = schema.safeParse(values)
  if (error) throw new Error(z.prettifyError(error), { cause: error })
  return data
}

function parseFlags(args: string[]): Record<string, string> {
  const names = [...Object.keys(flagsSchema.shape), ...Object.keys(settingsSchema.shape), 'settings']
  const options = Object.fromEntries(names.map((name) => [kebab(name), { type: 'string' as const }]))
  const { values } = parseArgs({ args, options, strict: true })
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values[kebab(name)]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

function pick(values: Record<string, string>, wanted: (key: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => wanted(key)))
}

// Numbers, booleans, lists and objects are written as JSON; anything else is text.
function settingValue(value: string): unknown {
  if (!/^(-?\d+(\.\d+)?|true|false|[[{].*)$/.test(value)) return value
  return JSON.parse(value)
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
