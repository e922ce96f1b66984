import type { KubeObject } from '../cluster-access.ts'
import { listAt, stringAt, valueAt } from '../json.ts'
import { AGE, type Column, conditionStatus, NONE, orNone, text, textAt, wide } from './column.ts'

const ROLE_PREFIX = 'node-role.kubernetes.io/'

export const NODE_COLUMNS: Column[] = [
  text('Status', nodeStatus),
  text('Roles', ({ metadata }) => orNone(nodeRoles(metadata.labels ?? {}).join(','))),
  AGE,
  text('Version', (node) => textAt(node, 'status', 'nodeInfo', 'kubeletVersion')),
  wide(text('Internal-IP', (node) => address(node, 'InternalIP'))),
  wide(text('External-IP', (node) => address(node, 'ExternalIP'))),
  wide(text('OS-Image', (node) => info(node, 'osImage'))),
  wide(text('Kernel-Version', kernel)),
  wide(text('Container-Runtime', (node) => info(node, 'containerRuntimeVersion'))),
]

function nodeStatus(node: KubeObject): string {
  const ready = conditionStatus(node, 'Ready')
  const status = ready === '' ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady'
  return valueAt(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status
}

function nodeRoles(labels: Record<string, string>): string[] {
  const roles = Object.entries(labels).map(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length)
    return key === 'kubernetes.io/role' ? value : ''
  })
  return [...new Set(roles.filter((role) => role !== ''))].sort()
}

function address(node: KubeObject, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((entry) => valueAt(entry, 'type') === type)
  return stringAt(found, 'address') || NONE
}

function info(node: KubeObject, name: string): string {
  return stringAt(node, 'status', 'nodeInfo', name) || '<unknown>'
}

function kernel(node: KubeObject): string {
  const architecture = stringAt(node, 'status', 'nodeInfo', 'architecture')
  return `${info(node, 'kernelVersion')}${architecture === '' ? '' : ` (${architecture})`}`
}
