import type { Workspace } from '@kaito/api'
import type { InstanceType } from '@kaito/presets'

/** The first field that the API takes and that this version does not serve; undefined when all is served. */
export function unserved(
  _workspace: Workspace,
  sizes: readonly InstanceType[],
): { path: string; message: string } | undefined {
  if (new Set(sizes.map((size) => size.gpus)).size <= 1) return undefined
  const gpus = sizes.map((size) => `${size.name} has ${size.gpus}`).join(', ')
  const message = `a model server takes all GPUs of its node, so only sizes with the same number of them can stand in for each other; of these, ${gpus}; create the Workspace with equal ones`
  return { path: 'resource.instanceTypes', message }
}
