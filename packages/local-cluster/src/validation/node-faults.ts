import { isIP } from 'node:net'
import { type JsonObject, jsonEqual, listAt, objectsAt, stringAt } from '../json.ts'
import {
  childPath,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'
import { labelValue, qualifiedName } from './name-rules.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Faults of a Node. */
export function nodeFaults(node: JsonObject): FieldFault[] {
  return [
    ...taintFaults(objectsAt(node, 'spec', 'taints'), 'metadata.taints'),
    ...listAt(node, 'spec', 'podCIDRs').flatMap((range, index) =>
      isRange(String(range))
        ? []
        : [
            invalidValue(
              itemPath('spec.podCIDRs', index),
              range,
              'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
            ),
          ],
    ),
  ]
}

function isRange(text: string): boolean {
  const [address = '', bits = ''] = text.split('/')
  const family = isIP(address)
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}

function taintFaults(taints: JsonObject[], path: string): FieldFault[] {
  const seen = new Set<string>()
  return taints.flatMap((taint, index) => {
    const at = itemPath(path, index)
    const [key, value, effect] = ['key', 'value', 'effect'].map((field) => stringAt(taint, field))
    const faults = qualifiedName(key ?? '').map((why) => invalidValue(childPath(at, 'key'), key, why))
    const inValue = labelValue(value ?? '')
    if (inValue.length > 0) faults.push(invalidValue(childPath(at, 'value'), value, inValue.join(';')))
    if (!effect) faults.push(requiredValue(childPath(at, 'effect')))
    else if (!EFFECTS.includes(effect)) faults.push(unsupportedValue(childPath(at, 'effect'), effect, EFFECTS))
    const pair = `${effect} ${key}`
    if (seen.has(pair)) {
      const shown = JSON.stringify({ Key: key, Value: value, Effect: effect, TimeAdded: null })
      const message = `Duplicate value: ${shown}: taints must be unique by key and effect pair`
      faults.push({ reason: 'FieldValueDuplicate', message, field: at })
    }
    seen.add(pair)
    return faults
  })
}

/** What is given to a node once stays. */
export function nodeUpdateFaults(node: JsonObject, oldNode: JsonObject): FieldFault[] {
  const faults: FieldFault[] = []
  const refuse = (field: string, what: string) =>
    faults.push(forbiddenValue(childPath('spec', field), `node updates may not change ${what} except from "" to valid`))
  const ranges = listAt(oldNode, 'spec', 'podCIDRs')
  if (ranges.length > 0 && !jsonEqual(ranges, listAt(node, 'spec', 'podCIDRs'))) refuse('podCIDRs', 'podCIDR')
  const provider = stringAt(oldNode, 'spec', 'providerID')
  if (provider !== '' && provider !== stringAt(node, 'spec', 'providerID')) refuse('providerID', 'providerID')
  return faults
}
