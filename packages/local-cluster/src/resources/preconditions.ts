import type { KubeMetadata } from '../cluster-access.ts'
import { conflict, invalid, StatusError } from '../status-error.ts'
import type { Target } from './api-engine.ts'
import { traitsOf } from './kind-traits.ts'
import { refused } from './object-metadata.ts'

/** Optimistic concurrency: refuses a change of another object or of an older state. */
export function checkPreconditions(target: Target, wanted: Partial<KubeMetadata>, stored: KubeMetadata): void {
  if (wanted.uid !== undefined && wanted.uid !== '' && wanted.uid !== stored.uid) {
    throw conflict(
      refused(target),
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${stored.uid}`,
    )
  }
  const { resourceVersion } = wanted
  if (versionNumber(resourceVersion) === 0 || resourceVersion === stored.resourceVersion) return
  const why = 'the object has been modified; please apply your changes to the latest version and try again'
  throw conflict(refused(target), why)
}

/** Refuses a change that does not say of which state it is, where the kind demands that. */
export function checkConditional({ kind, name }: Target, { resourceVersion }: Partial<KubeMetadata>): void {
  if (traitsOf(kind).conditional !== true || versionNumber(resourceVersion) !== 0) return
  const message = 'Invalid value: 0: must be specified for an update'
  const cause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }
  throw invalid({ group: kind.group, kind: kind.plural, name }, [cause])
}

/** Zero when there is none. The real server answers 500 to anything but digits, unless it lists. */
export function versionNumber(text: string | undefined, refuse = unreadable): number {
  if (text === undefined || text === '') return 0
  if (/^\d{1,16}$/.test(text)) return Number(text)
  throw refuse(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
}

function unreadable(message: string): StatusError {
  return new StatusError({ code: 500, message })
}
