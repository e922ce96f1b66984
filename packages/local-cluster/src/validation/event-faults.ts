import { type JsonObject, stringAt } from '../json.ts'
import { type FieldFault, invalidValue, requiredValue } from '../schema/field-fault.ts'
import { qualifiedName } from './name-rules.ts'

/** Faults of an Event, in the older form or, when it has an `eventTime`, in the newer one. */
export function eventFaults(event: JsonObject): FieldFault[] {
  const about = stringAt(event, 'involvedObject', 'namespace')
  const own = stringAt(event, 'metadata', 'namespace')
  const elsewhere = [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')]
  if (typeof event.eventTime !== 'string') {
    return about === own || (about === '' && own === 'default') ? [] : elsewhere
  }
  const reporter = stringAt(event, 'reportingComponent')
  const missing = ['reportingComponent', 'reportingInstance', 'action', 'reason'].filter(
    (name) => stringAt(event, name) === '',
  )
  return [
    ...(about === '' && own !== 'default' && own !== 'kube-system' ? elsewhere : []),
    ...missing.map((name) => requiredValue(name)),
    ...qualifiedName(reporter).map((why) => invalidValue('reportingComponent', reporter, why)),
  ]
}
