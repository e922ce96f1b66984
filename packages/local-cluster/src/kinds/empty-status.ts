import type { JsonObject } from '../json.ts'
import { builtInType, type FieldType } from '../schema/built-in-type.ts'
import { builtInModel } from './built-in-kinds.ts'

/** Fields that are written even when they are zero, though nothing requires them. */
const ALWAYS_SET: Record<string, JsonObject> = {
  V1PersistentVolumeClaim: { phase: 'Pending' },
  V1PodDisruptionBudget: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  V1Service: { loadBalancer: {} },
  V1StatefulSet: { availableReplicas: 0 },
}
const ZEROS: Record<string, unknown> = { int32: 0, int64: 0, boolean: false, string: '' }

/** The status that a new object of a built-in kind has before anybody reports on it; undefined for other kinds. */
export function emptyStatus(kind: { group: string; kind: string }): JsonObject | undefined {
  const model = builtInModel(kind)
  const status = model === undefined ? undefined : builtInType(model).get('status')
  if (status?.type.form !== 'struct') return undefined
  const required = [...builtInType(status.type.model)].filter(([, field]) => field.required)
  const zeros = required.map(([name, { type }]) => [name, zeroOf(type)])
  return { ...Object.fromEntries(zeros), ...ALWAYS_SET[model ?? ''] }
}

function zeroOf(type: FieldType): unknown {
  return type.form === 'scalar' ? (ZEROS[type.name] ?? null) : null
}
