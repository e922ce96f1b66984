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
import {
  isJsonObject,
  type JsonObject,
  jsonCopy,
  jsonEqual,
  listAt,
  numberAt,
  objectAt,
  stringAt,
} from '../schema/json.ts'
import { dns1123Label, dns1123Subdomain } from './name-rules.ts'
import { PORT_RANGE } from './required-faults.ts'
import { resourceFaults } from './resource-faults.ts'

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never']

/** Faults of a pod's spec, or of the one in a template; what is simply missing is found elsewhere. */
export function podSpecFaults(spec: JsonObject, path: string): FieldFault[] {
  const volumes = listAt(spec, 'volumes').map((volume) => stringAt(volume, 'name'))
  const restartPolicy = stringAt(spec, 'restartPolicy')
  const containers = listAt(spec, 'containers')
  const faults: FieldFault[] = []
  if (spec.containers !== undefined && containers.length === 0)
    faults.push(requiredValue(childPath(path, 'containers')))
  faults.push(...nameFaults(volumes, childPath(path, 'volumes')))
  for (const list of ['containers', 'initContainers']) {
    const found = listAt(spec, list)
    const at = childPath(path, list)
    faults.push(
      ...nameFaults(
        found.map((container) => stringAt(container, 'name')),
        at,
      ),
    )
    found.forEach((container, index) => {
      if (isJsonObject(container)) faults.push(...containerFaults(container, itemPath(at, index), volumes))
    })
  }
  if (restartPolicy !== '' && !RESTART_POLICIES.includes(restartPolicy)) {
    faults.push(unsupportedValue(childPath(path, 'restartPolicy'), restartPolicy, RESTART_POLICIES))
  }
  return [...faults, ...referenceFaults(spec, path)]
}

function referenceFaults(spec: JsonObject, path: string): FieldFault[] {
  const grace = numberAt(spec, 'terminationGracePeriodSeconds') ?? 0
  const names = ['serviceAccountName', 'nodeName', 'priorityClassName']
  const faults = names.flatMap((field) => {
    const name = stringAt(spec, field)
    const why = name === '' ? [] : dns1123Subdomain(name)
    return why.map((text) => invalidValue(childPath(path, field), name, text))
  })
  if (grace < 0) {
    faults.push(
      invalidValue(childPath(path, 'terminationGracePeriodSeconds'), grace, 'must be greater than or equal to 0'),
    )
  }
  return faults
}

/** Names of containers or volumes: labels, each once. */
function nameFaults(names: string[], path: string): FieldFault[] {
  return names.flatMap((name, index) => {
    const at = childPath(itemPath(path, index), 'name')
    if (name === '') return []
    if (names.indexOf(name) < index) return [duplicateValue(at, name)]
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
  return [...faults, ...resourceFaults(container, childPath(path, 'resources'))]
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

function portFaults(port: unknown, path: string): FieldFault[] {
  const faults: FieldFault[] = []
  for (const field of ['containerPort', 'hostPort']) {
    const number = numberAt(port, field)
    if (number !== undefined && (number < 1 || number > 65535) && !(field === 'hostPort' && number === 0)) {
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
