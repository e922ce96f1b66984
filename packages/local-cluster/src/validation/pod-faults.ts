import { isJsonObject, type JsonObject, jsonCopy, jsonEqual, listAt, numberAt, objectAt, stringAt } from '../json.ts'
import {
  childPath,
  duplicateValue,
  type FieldFault,
  forbiddenValue,
  invalidValue,
  itemPath,
  requiredValue,
  unsupportedValue,
} from '../schema/field-fault.ts'
import { dns1123Label, dns1123Subdomain } from './name-rules.ts'
import { probeFaults } from './probe-faults.ts'
import { PORT_RANGE } from './required-faults.ts'
import { resourceFaults } from './resource-faults.ts'
import { schedulingFaults } from './scheduling-faults.ts'

/** Faults of a pod's spec, or of the one in a template; what is simply missing is found elsewhere. */
export function podSpecFaults(spec: JsonObject, path: string): FieldFault[] {
  const volumes = listAt(spec, 'volumes').map((volume) => stringAt(volume, 'name'))
  const containers = namesOf(spec, 'containers')
  const faults: FieldFault[] = []
  if (spec.containers !== undefined && containers.length === 0) {
    faults.push(requiredValue(childPath(path, 'containers')))
  }
  faults.push(
    ...nameFaults(volumes, childPath(path, 'volumes')),
    ...nameFaults(containers, childPath(path, 'containers')),
    ...nameFaults(namesOf(spec, 'initContainers'), childPath(path, 'initContainers'), containers),
  )
  for (const list of ['containers', 'initContainers']) {
    listAt(spec, list).forEach((container, index) => {
      const at = itemPath(childPath(path, list), index)
      if (isJsonObject(container)) faults.push(...containerFaults(container, at, volumes))
    })
  }
  return [...faults, ...choiceFaults(spec, path), ...referenceFaults(spec, path), ...schedulingFaults(spec, path)]
}

function namesOf(spec: JsonObject, list: string): string[] {
  return listAt(spec, list).map((container) => stringAt(container, 'name'))
}

const CHOICES: Record<string, string[]> = {
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  dnsPolicy: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
}

function choiceFaults(spec: JsonObject, path: string): FieldFault[] {
  return Object.entries(CHOICES).flatMap(([field, choices]) => {
    const value = stringAt(spec, field)
    const isKnown = value === '' || choices.includes(value)
    return isKnown ? [] : [unsupportedValue(childPath(path, field), value, choices)]
  })
}

function referenceFaults(spec: JsonObject, path: string): FieldFault[] {
  return ['serviceAccountName', 'nodeName', 'priorityClassName'].flatMap((field) => {
    const name = stringAt(spec, field)
    const why = name === '' ? [] : dns1123Subdomain(name)
    return why.map((text) => invalidValue(childPath(path, field), name, text))
  })
}

/** Names of containers or volumes: labels, each once. */
function nameFaults(names: string[], path: string, taken: string[] = []): FieldFault[] {
  return names.flatMap((name, index) => {
    const at = childPath(itemPath(path, index), 'name')
    if (name === '') return []
    if (names.indexOf(name) < index || taken.includes(name)) return [duplicateValue(at, name)]
    return dns1123Label(name).map((why) => invalidValue(at, name, why))
  })
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']

function containerFaults(container: JsonObject, path: string, volumes: string[]): FieldFault[] {
  const image = stringAt(container, 'image')
  const pullPolicy = stringAt(container, 'imagePullPolicy')
  const faults: FieldFault[] = []
  if (image === '') faults.push(requiredValue(childPath(path, 'image')))
  if (image !== image.trim()) {
    faults.push(invalidValue(childPath(path, 'image'), image, 'must not have leading or trailing whitespace'))
  }
  if (pullPolicy !== '' && !PULL_POLICIES.includes(pullPolicy)) {
    faults.push(unsupportedValue(childPath(path, 'imagePullPolicy'), pullPolicy, PULL_POLICIES))
  }
  listAt(container, 'ports').forEach((port, index) => {
    faults.push(...portFaults(port, itemPath(childPath(path, 'ports'), index)))
  })
  listAt(container, 'volumeMounts').forEach((mount, index) => {
    const name = stringAt(mount, 'name')
    const at = childPath(itemPath(childPath(path, 'volumeMounts'), index), 'name')
    if (name !== '' && !volumes.includes(name)) {
      faults.push({ reason: 'FieldValueNotFound', message: `Not found: ${JSON.stringify(name)}`, field: at })
    }
  })
  return [...faults, ...probeFaults(container, path), ...resourceFaults(container, childPath(path, 'resources'))]
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

function portFaults(port: unknown, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  for (const field of ['containerPort', 'hostPort']) {
    const number = numberAt(port, field)
    if (field === 'containerPort' && number === 0) faults.push(requiredValue(childPath(path, field)))
    else if (number !== undefined && (number < 1 || number > 65535) && !(field === 'hostPort' && number === 0)) {
      faults.push(invalidValue(childPath(path, field), number, PORT_RANGE))
    }
  }
  const protocol = stringAt(port, 'protocol')
  if (protocol !== '' && !PROTOCOLS.includes(protocol)) {
    faults.push(unsupportedValue(childPath(path, 'protocol'), protocol, PROTOCOLS))
  }
  return faults
}

const UPDATABLE =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** A pod is what it was created as, apart from few fields. */
export function podUpdateFaults(pod: JsonObject, oldPod: JsonObject): FieldFault[] {
  const before = objectAt(oldPod, 'spec') ?? {}
  const after = objectAt(pod, 'spec') ?? {}
  if (jsonEqual(before, after)) return []
  return [...deadlineFaults(before, after), ...specUpdateFaults(before, after)]
}

/** A pod's time may only become shorter. */
function deadlineFaults(before: JsonObject, after: JsonObject): FieldFault[] {
  const path = 'spec.activeDeadlineSeconds'
  const old = numberAt(before, 'activeDeadlineSeconds')
  const wanted = numberAt(after, 'activeDeadlineSeconds')
  if (old === undefined || wanted === old) return []
  if (wanted === undefined)
    return [invalidValue(path, undefined, 'must not update from a positive integer to nil value')]
  return wanted > old ? [invalidValue(path, wanted, 'must be less than or equal to previous value')] : []
}

function specUpdateFaults(before: JsonObject, after: JsonObject): FieldFault[] {
  const changed = ['containers', 'initContainers'].find(
    (list) => listAt(before, list).length !== listAt(after, list).length,
  )
  if (changed !== undefined) {
    return [
      forbiddenValue(
        childPath('spec', changed),
        `pod updates may not add or remove ${changed === 'containers' ? 'containers' : 'init containers'}`,
      ),
    ]
  }
  const tolerations = listAt(after, 'tolerations')
  const lost = listAt(before, 'tolerations').some((old) => !tolerations.some((kept) => jsonEqual(kept, old)))
  if (!lost && jsonEqual(withoutUpdatable(before), withoutUpdatable(after))) return []
  return [forbiddenValue('spec', `pod updates may not change fields other than ${UPDATABLE}`)]
}

function withoutUpdatable(spec: JsonObject): unknown {
  const { tolerations, activeDeadlineSeconds, schedulingGates, ...rest } = spec
  const copy = jsonCopy(rest)
  for (const list of ['containers', 'initContainers']) {
    for (const container of listAt(copy, list)) {
      if (isJsonObject(container)) delete container.image
    }
  }
  return copy
}
